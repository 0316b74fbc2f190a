# A container was paused for a backup, and forgotten.
docker pause probe-default
