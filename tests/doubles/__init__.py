"""Local doubles of the providers' own servers, for tests, stories and benches; standard library only."""
