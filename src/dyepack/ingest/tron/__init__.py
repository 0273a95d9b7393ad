"""TRON: accounts and a virtual machine as on Ethereum, with contracts of the chain's own and tokens of two kinds."""
