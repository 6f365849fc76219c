package render

// lockFile says of which English text each translation was made.
const lockFile = "source.lock"
