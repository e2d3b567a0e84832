"""SMS suppliers, one file each: to add one, add its file and the test of the same name."""
