"""Sound of files: decoding every sample of it, at the rate and in the channels of a mix."""
