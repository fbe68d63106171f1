-- Sorts and hash tables of the size of a large project would otherwise go to disk; compiling pays off for none of this.
SET LOCAL work_mem = '96MB';
SET LOCAL jit = off;
