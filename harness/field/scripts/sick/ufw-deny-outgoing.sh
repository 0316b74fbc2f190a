# ufw denies what the host sends, so its proxies do not get to the containers.
cp -n /usr/share/ufw/*.rules /usr/share/ufw/*.init /usr/share/ufw/ufw.conf /etc/ufw/; sed -i 's/^IPV6=.*/IPV6=no/' /etc/default/ufw
ufw default allow incoming; ufw default deny outgoing; ufw allow out on wan0; ufw --force enable
