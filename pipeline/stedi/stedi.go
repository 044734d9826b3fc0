// Package stedi holds the definition of the STEDI lake: SQL and JSON files.
package stedi

import "embed"

// Definition is the folder that pipeline.Load reads.
//
//go:embed landing transforms profiles checks tests queries mistakes topics expectations.json
var Definition embed.FS

// Analysis is what the SQL parser answers about the SQL of the definition and
// its variants, as JSON: with it, a command that only reads the definition need
// not parse it.
//
//go:generate go test . -run TestTheAnalysisIsThatOfTheDefinition -update
//go:embed analysis.json
var Analysis []byte
