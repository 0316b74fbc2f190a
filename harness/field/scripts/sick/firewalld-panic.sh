# needs: firewalld
# firewalld is in panic mode.
systemctl start firewalld; sleep 2; systemctl restart docker; sleep 2
firewall-cmd --panic-on
