package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"

	"stedi/athena/account"
	"stedi/pipeline"
)

// Found are the tables of a lake in a database of the catalog, managed or
// not.
type Found struct {
	Database string
	Tables   map[string]pipeline.CatalogTable // by the name of the lake's table
	Others   []pipeline.CatalogTable          // that are none of the lake's, sorted by name
	All      []pipeline.CatalogTable          // of the database, sorted by name; those of the lake are in their zone
}

// Find looks for the tables of a lake in the database: each where the caller
// says, else by its name or one of its aliases, else by a name that differs in
// underscores and plurals only. Of several tables that match, one below the
// lake's location is preferred.
func (c *Catalog) Find(ctx context.Context, lake *pipeline.Lake, places map[string]string) (*Found, error) {
	if err := c.exists(ctx); err != nil {
		return nil, err
	}
	all, err := c.Browse(ctx, lake)
	if err != nil {
		return nil, err
	}
	f := &Found{Database: c.database, Tables: map[string]pipeline.CatalogTable{}}
	used := map[string]bool{}
	// What is said exactly comes before what is only similar, for all tables.
	for _, matches := range []func(*pipeline.Table, pipeline.CatalogTable) bool{
		func(t *pipeline.Table, found pipeline.CatalogTable) bool {
			place, ok := places[t.Name]
			return ok && named(found, place)
		},
		func(t *pipeline.Table, found pipeline.CatalogTable) bool {
			return places[t.Name] == "" && named(found, append([]string{t.Name}, t.Aliases...)...)
		},
		func(t *pipeline.Table, found pipeline.CatalogTable) bool {
			return places[t.Name] == "" && plain(found.Name) == plain(t.Name)
		},
	} {
		for _, t := range lake.Tables {
			if _, ok := f.Tables[t.Name]; ok {
				continue
			}
			if found, ok := c.pick(t, all, used, matches); ok {
				f.Tables[t.Name], used[found.Name] = found, true
			}
		}
	}
	for _, t := range all {
		if of := f.LakeTable(t.Name); of != "" {
			t.Zone = lake.Table(of).Zone
		}
		f.All = append(f.All, t)
		if !used[t.Name] {
			f.Others = append(f.Others, t)
		}
	}
	return f, nil
}

// exists makes sure that there is such a database.
func (c *Catalog) exists(ctx context.Context) error {
	_, err := c.client.GetDatabase(ctx, &glue.GetDatabaseInput{Name: &c.database})
	if !account.Is(err, missing) {
		return account.Explain(err, "look at the database "+c.database)
	}
	fix := "Name one that exists with --database."
	if names := c.databases(ctx); len(names) > 0 {
		fix = "Name one that exists with --database: " + strings.Join(names, ", ") + "."
	}
	return pipeline.Fail(pipeline.BadUsage, "", fix, "the Glue catalog has no database %s", c.database)
}

// mostDatabases is how many databases a hint names.
const mostDatabases = 10

// databases are the first databases of the catalog. It is for hints, so what
// cannot be listed is left out.
func (c *Catalog) databases(ctx context.Context) []string {
	out, err := c.client.GetDatabases(ctx, &glue.GetDatabasesInput{MaxResults: aws.Int32(mostDatabases)})
	if err != nil {
		return nil
	}
	var names []string
	for _, d := range out.DatabaseList[:min(len(out.DatabaseList), mostDatabases)] {
		names = append(names, aws.ToString(d.Name))
	}
	return names
}

// Databases lists the names of all databases of the catalog.
func Databases(ctx context.Context, config aws.Config) (names []string, err error) {
	pages := glue.NewGetDatabasesPaginator(glue.NewFromConfig(config), &glue.GetDatabasesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return names, account.Explain(err, "list the databases")
		}
		for _, d := range page.DatabaseList {
			names = append(names, aws.ToString(d.Name))
		}
	}
	return names, nil
}

// pick returns the table that matches best. The exact name comes first among
// tables at places of the same kind.
func (c *Catalog) pick(t *pipeline.Table, all []pipeline.CatalogTable, used map[string]bool, matches func(*pipeline.Table, pipeline.CatalogTable) bool) (best pipeline.CatalogTable, ok bool) {
	rank := func(found pipeline.CatalogTable) int {
		n := 0
		if strings.HasPrefix(found.Location, c.lake+"/") {
			n += 2
		}
		if strings.EqualFold(found.Name, t.Name) {
			n++
		}
		return n
	}
	for _, found := range all {
		if !used[found.Name] && matches(t, found) && (!ok || rank(found) > rank(best)) {
			best, ok = found, true
		}
	}
	return best, ok
}

// named reports whether a table has one of some names. A name with a slash is
// the end of a location.
func named(found pipeline.CatalogTable, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return strings.EqualFold(found.Name, name) ||
			strings.Contains(name, "/") && strings.HasSuffix(strings.TrimSuffix(found.Location, "/"), "/"+name)
	})
}

// plain is a name without underscores, and with its words in the singular.
func plain(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '_' || r == '-' })
	for i, word := range words {
		words[i] = strings.TrimSuffix(word, "s")
	}
	return strings.Join(words, "")
}

// Table returns a table of the lake as the catalog has it.
func (f *Found) Table(t *pipeline.Table) (pipeline.CatalogTable, bool) {
	found, ok := f.Tables[t.Name]
	return found, ok
}

// LakeTable returns the name that the lake has for a table of the catalog; "" if
// it has none.
func (f *Found) LakeTable(name string) string {
	for of, found := range f.Tables {
		if strings.EqualFold(found.Name, name) {
			return of
		}
	}
	return ""
}

// Absent says of a table of the lake that the database does not have it, and
// which of the other tables look like it.
func (f *Found) Absent(t *pipeline.Table) string {
	text := fmt.Sprintf("the database %s has no table %s", f.Database, t.Name)
	var like []string
	var names []string
	for _, other := range f.Others {
		names = append(names, other.Name)
		if sameColumns(t, other) {
			like = append(like, other.Name)
		}
	}
	if len(like) > 0 {
		return fmt.Sprintf("%s; %s has its columns: --map %s=%s", text, strings.Join(like, ", "), t.Name, like[0])
	}
	if near := pipeline.Nearest(t.Name, names); near != "" {
		return fmt.Sprintf("%s; %s has a similar name: --map %s=%s", text, near, t.Name, near)
	}
	return text
}

// sameColumns reports whether a table has at least the columns of the
// definition.
func sameColumns(t *pipeline.Table, found pipeline.CatalogTable) bool {
	for _, c := range t.Columns {
		if _, ok := Column(found, c.Name); !ok {
			return false
		}
	}
	return len(t.Columns) > 0
}

// Column returns a column of a table, or of its partitions.
func Column(found pipeline.CatalogTable, name string) (pipeline.ColumnRecord, bool) {
	for _, columns := range [][]pipeline.ColumnRecord{found.Columns, found.Partitions} {
		for _, c := range columns {
			if strings.EqualFold(c.Name, name) {
				return c, true
			}
		}
	}
	return pipeline.ColumnRecord{}, false
}

// Notes say which tables of the lake have another name in the database.
func (f *Found) Notes(lake *pipeline.Lake) []string {
	var notes []string
	for _, t := range lake.Tables {
		if found, ok := f.Table(t); ok && !strings.EqualFold(found.Name, t.Name) {
			notes = append(notes, fmt.Sprintf("%s is the table %s of the database %s", t.Name, found.Name, f.Database))
		}
	}
	return notes
}

// Refusal says what it takes to change tables that others built.
func Refusal(database string) error {
	return pipeline.Fail(pipeline.BadUsage, "", "To build tables, deploy a lake of your own: `stedi deploy --from FOLDER --lake s3://BUCKET/PREFIX --database OTHER`.",
		"the tables of the database %s were built outside stedi and are only read", database)
}
