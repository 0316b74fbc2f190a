# limit: 5 s
# The kernel's IPsec policies, one a line. They have no keys.
present xfrm_user || exit 0
needs ip
needs_root
ipsec_policies
