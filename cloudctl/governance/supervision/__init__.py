"""Electronic supervision (电子监察): which limits are counted anew, and which cards are due."""
