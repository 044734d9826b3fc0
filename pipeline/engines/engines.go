// Package engines lists the engines of the program. No other package names them
// all: an engine is a folder with an Entry, and one line here.
package engines

import (
	"stedi/athena/cloud"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/spark"
)

// All returns the engines, the default one first, with settings of their own.
// They share the account's settings with the other commands that use it.
func All(account *cloud.Settings) registry.List {
	return registry.List{
		embedded(),
		account.Athena(),
		account.Glue(),
		spark.Entry(account.Bucket),
	}
}
