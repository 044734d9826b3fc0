// Package stedi holds the definition of the STEDI lake: SQL and JSON files.
package stedi

import "embed"

// Definition is the folder that pipeline.Load reads.
//
//go:embed landing transforms profiles checks tests queries mistakes topics expectations.json
var Definition embed.FS
