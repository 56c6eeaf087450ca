// Pulumi's SDK takes the stack of each of its many promises, and source maps make every frame dear: three show a test's line.
Error.stackTraceLimit = 3;
