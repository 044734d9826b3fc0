// Package definition reads a folder of SQL files into a pipeline.Lake: landing
// DDL, transforms, checks, expectations, queries and their variants. It checks
// types and dependencies, and reports every error with its file and line.
package definition
