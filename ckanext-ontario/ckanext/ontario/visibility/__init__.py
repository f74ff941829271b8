"""Who sees what: the anonymous gate, permission labels, search clamp and refused actions."""
