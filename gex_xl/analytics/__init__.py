"""From a Chain to exposure, flip, zero gamma, levels and regime."""
