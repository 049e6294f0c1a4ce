// Command costate derives and solves the boundary value problems of
// continuous-layer learning and data assimilation.
package main

func main() {}
