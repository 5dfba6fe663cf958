"""The ten stages of the line, one file each, in the order of the process."""
