"""What a user would pick instead, one family a module; benchmarks/peers.txt lists the packages, none of them is ours."""

from . import arrays, digits, events, filters, moved, neurons, noise, pictures, retina, timed, video
