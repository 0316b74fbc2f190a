# limit: 5 s
needs ss
# By way of /proc: the other way would load a module of the kernel.
PROC_ROOT=/proc/ ss -Hlntup
