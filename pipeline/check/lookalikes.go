package check

import (
	"context"
	"strings"

	"stedi/pipeline"
)

// mostLooked is how many folders are looked into for a table that is not found.
const mostLooked = 20

// lookalikes says which folders look like a table that is not found, each with
// the flag that has the table read from there. It is a hint: what cannot be read
// is passed over.
func (i *Inspection) lookalikes(ctx context.Context, t *pipeline.Table) string {
	folders := i.Lake.DataFolders(i.Store.Nearby(ctx, 0, "").Files)
	folders = folders[:min(len(folders), mostLooked)]
	var found []string
	for _, folder := range folders {
		switch {
		case t.SoundsLike(folder):
			found = append(found, folder+" has a similar name ("+t.MapFlag(folder)+")")
		case i.sameColumns(ctx, t, folder):
			found = append(found, folder+" has the same columns ("+t.MapFlag(folder)+")")
		}
	}
	return strings.Join(found, "; ")
}

// sameColumns reports whether the first file of a folder has the columns of a
// table.
func (i *Inspection) sameColumns(ctx context.Context, t *pipeline.Table, folder string) bool {
	if i.Engine.Capabilities().ChecksInPlace {
		return false
	}
	files, err := i.Store.List(ctx, folder)
	if err != nil || len(files) == 0 || files[0].Size > HoldLimit {
		return false
	}
	input, err := pipeline.FetchInput(ctx, i.Store, t, files[:1])
	if err != nil {
		return false
	}
	found, err := i.Engine.Columns(ctx, input)
	return err == nil && len(found) > 0 && hasAllColumns(t, found)
}
