// Package definition reads a folder of SQL files into a pipeline.Lake: landing
// DDL, transforms, checks, expectations, queries and their overlays. It checks
// types and dependencies, and reports every fault with its file and line.
package definition
