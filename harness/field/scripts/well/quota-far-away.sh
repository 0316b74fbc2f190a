# A quota that nobody has come near.
nft 'table inet caps { chain f { type filter hook forward priority -5; iifname "docker0" quota over 500000 mbytes drop; }; }'
