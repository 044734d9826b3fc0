// Package engines lists the engines of the program. It is the only place that
// names them all: an engine is a folder with an Entry, and one line here.
package engines

import (
	"stedi/athena/cloud"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/spark"
)

// All returns the engines, the default one first, with settings of their own.
// The account's settings are shared with what else works on it.
func All(account *cloud.Settings) registry.List {
	return registry.List{
		embedded(),
		account.Athena(),
		account.Glue(),
		spark.Entry(account.Bucket),
	}
}
