# The default bridge has lost its address, which is its containers' gateway.
ip addr flush dev docker0
