package ddl

import (
	"encoding/json"
	"strings"
)

// glueTable is what get-table prints of a table.
type glueTable struct {
	Name              string
	DatabaseName      string
	StorageDescriptor struct {
		Columns     []struct{ Name, Type string }
		Location    string
		InputFormat string
		SerdeInfo   struct {
			SerializationLibrary string
			Parameters           map[string]string
		}
	}
	PartitionKeys []struct{ Name, Type string }
	Parameters    map[string]string
}

func readJSON(file, text string) []Table {
	var all struct {
		Table      *glueTable
		TableInput *glueTable
		TableList  []glueTable
		glueTable
	}
	if strings.HasPrefix(text, "[") {
		if json.Unmarshal([]byte(text), &all.TableList) != nil {
			return nil
		}
	} else if json.Unmarshal([]byte(text), &all) != nil {
		return nil
	}
	found := all.TableList
	for _, t := range []*glueTable{all.Table, all.TableInput, &all.glueTable} {
		if t != nil && t.Name != "" {
			found = append(found, *t)
		}
	}
	var tables []Table
	for _, g := range found[:min(len(found), maxTables)] {
		t := Table{
			Name: g.Name, Database: g.DatabaseName, Location: g.StorageDescriptor.Location, SerDe: g.StorageDescriptor.SerdeInfo.SerializationLibrary,
			Stored: strings.ToUpper(g.StorageDescriptor.InputFormat), File: file, Line: lineOf(text, g.Name), External: true, Format: "JSON", Properties: map[string]string{},
		}
		t.LocatedAt = lineOf(text, t.Location)
		for _, properties := range []map[string]string{g.StorageDescriptor.SerdeInfo.Parameters, g.Parameters} {
			for name, value := range properties {
				t.Properties[strings.ToLower(name)] = value
			}
		}
		for _, c := range g.StorageDescriptor.Columns {
			t.Columns = append(t.Columns, Column{c.Name, strings.ToLower(c.Type), lineOf(text, c.Name)})
		}
		for _, c := range g.PartitionKeys {
			t.Partitions = append(t.Partitions, Column{c.Name, strings.ToLower(c.Type), lineOf(text, c.Name)})
		}
		tables = append(tables, t)
	}
	return tables
}

// lineOf returns the line of the first place where a JSON text holds a string.
func lineOf(text, value string) int {
	at := strings.Index(text, `"`+value+`"`)
	if at < 0 {
		return 1
	}
	return 1 + strings.Count(text[:at], "\n")
}
