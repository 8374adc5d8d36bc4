//! Inputs that Git does not hold well, made for one run.
