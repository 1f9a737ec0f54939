// Replaced by the files beside it.
