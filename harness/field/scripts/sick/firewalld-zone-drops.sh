# needs: firewalld
# The zone docker drops what it does not know.
systemctl start firewalld; sleep 2; systemctl restart docker; sleep 2
firewall-cmd --permanent --zone=docker --set-target=DROP && firewall-cmd --reload; sleep 2; systemctl restart docker
