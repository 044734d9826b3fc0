package awstest

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
	driver "github.com/duckdb/duckdb-go/v2"

	"stedi/pipeline/sqlquote"
)

// duck runs Athena's SQL in DuckDB, which starts at once and does not require
// Java. It reads the tables of the Glue catalog, with the columns of the
// catalog, from the folder of the S3 server, and uploads the rows of a CREATE
// TABLE AS. A statement that works here is not necessarily valid in Athena's
// dialect; only Trino checks that.
type duck struct {
	temp string
	s3   *S3
	glue *Glue
}

func newDuck(t *testing.T, s3 *S3, glue *Glue) *duck {
	t.Helper()
	return &duck{temp: t.TempDir(), s3: s3, glue: glue}
}

//go:embed sql/*.sql
var duckFolder embed.FS

var duckSQL = sqlquote.Parse(duckFolder)

var createTable = regexp.MustCompile(`(?is)^\s*CREATE TABLE\s+(?:"?\w+"?\.)?"?(\w+)"?\s+WITH\s*\(\s*format\s*=\s*'JSON'\s*,\s*external_location\s*=\s*'([^']+)'\s*\)\s*AS\s(.*)$`)

var insertInto = regexp.MustCompile(`(?is)^\s*INSERT INTO\s+(?:"?\w+"?\.)?"?(\w+)"?\s+(SELECT\s.*|WITH\s.*)$`)

func (d *duck) run(ctx context.Context, database, statement string, each func(*Answer)) error {
	begun := time.Now()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err
	}
	work := &duckWork{duck: d, database: database}
	if work.conn, err = db.Conn(ctx); err == nil {
		err = work.run(ctx, statement)
		err = errors.Join(err, work.conn.Close())
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return named(err)
	}
	work.answer.Stats.PhysicalInputBytes = work.scanned
	work.answer.Stats.ElapsedTimeMillis = time.Since(begun).Milliseconds()
	each(&work.answer)
	return nil
}

func (d *duck) tables(ctx context.Context, database string) ([]string, error) {
	var names []string
	pages := glue.NewGetTablesPaginator(d.glue.Client, &glue.GetTablesInput{DatabaseName: &database})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, t := range page.TableList {
			names = append(names, aws.ToString(t.Name))
		}
	}
	slices.Sort(names)
	return names, nil
}

// named maps an error of DuckDB to Trino's error name.
func named(err error) error {
	failed, ok := errors.AsType[*driver.Error](err)
	if !ok {
		return err
	}
	name := "GENERIC_INTERNAL_ERROR"
	switch failed.Type { //nolint:exhaustive // all other values are internal errors
	case driver.ErrorTypeParser, driver.ErrorTypeBinder, driver.ErrorTypeSyntax:
		name = "SYNTAX_ERROR"
	case driver.ErrorTypeCatalog:
		name = "TABLE_NOT_FOUND"
	case driver.ErrorTypeInvalidInput, driver.ErrorTypeConversion:
		name = "HIVE_BAD_DATA"
	}
	return &sqlError{Message: failed.Msg, ErrorName: name}
}

// duckWork is one running statement.
type duckWork struct {
	*duck
	conn     *sql.Conn
	database string
	scanned  int64 // bytes
	answer   Answer
}

func (w *duckWork) run(ctx context.Context, statement string) error {
	query, stage, location := statement, "", ""
	if m := createTable.FindStringSubmatch(statement); m != nil {
		stage, location, query = m[1], m[2], m[3]
	}
	into := ""
	if m := insertInto.FindStringSubmatch(statement); m != nil {
		into, query = m[1], m[2]
	}
	if _, err := w.exec(ctx, "functions.sql", nil); err != nil {
		return err
	}
	if _, err := w.exec(ctx, "database.sql", w.database); err != nil {
		return err
	}
	names, err := w.tables(ctx, w.database)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !strings.Contains(strings.ToLower(query), name) {
			continue // the statement does not contain the table's name
		}
		if err := w.attach(ctx, name); err != nil {
			return err
		}
	}
	columns, err := w.describe(ctx, query)
	if err != nil {
		return err
	}
	if stage != "" {
		return w.create(ctx, stage, location, query, columns)
	}
	if into != "" {
		return w.insert(ctx, into, query, columns)
	}
	return w.read(ctx, query, columns)
}

// exec runs a template from sql/ that returns no rows.
func (w *duckWork) exec(ctx context.Context, file string, data any) (rows int64, err error) {
	text, err := duckSQL.Text(file, data)
	if err != nil {
		return 0, err
	}
	done, err := w.conn.ExecContext(ctx, text)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// ask runs a template from sql/ that returns rows of width values, each a
// string or nil.
func (w *duckWork) ask(ctx context.Context, file string, data any, width int) ([][]any, error) {
	text, err := duckSQL.Text(file, data)
	if err != nil {
		return nil, err
	}
	rows, err := w.conn.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all [][]any
	for rows.Next() {
		row, into := make([]any, width), make([]any, width)
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// attach creates a view of a table of the catalog in DuckDB.
func (w *duckWork) attach(ctx context.Context, name string) error {
	out, err := w.glue.Client.GetTable(ctx, &glue.GetTableInput{DatabaseName: &w.database, Name: &name})
	if err != nil {
		return err
	}
	storage := out.Table.StorageDescriptor
	files, err := w.files(aws.ToString(storage.Location))
	if err != nil {
		return err
	}
	keys := map[string]string{} // as the files write them, by the name in lower case
	parquet := storage.SerdeInfo != nil && strings.Contains(strings.ToLower(aws.ToString(storage.SerdeInfo.SerializationLibrary)), "parquet")
	if len(files) > 0 {
		found, err := w.ask(ctx, map[bool]string{true: "keys_parquet.sql", false: "keys.sql"}[parquet], files, 1)
		if err != nil {
			return err
		}
		for _, row := range found {
			key := fmt.Sprint(row[0])
			keys[strings.ToLower(key)] = key
		}
	}
	type column struct{ Name, Type, Key string }
	var columns []column
	for _, c := range storage.Columns {
		kind := duckTypes[aws.ToString(c.Type)]
		if kind == "" {
			return unsupported("the type " + aws.ToString(c.Type) + " of " + name + "." + aws.ToString(c.Name))
		}
		columns = append(columns, column{aws.ToString(c.Name), kind, keys[aws.ToString(c.Name)]})
	}
	if len(keys) == 0 {
		files = nil // the files have no keys, so there is nothing to read
	}
	_, err = w.exec(ctx, "table.sql", map[string]any{"Name": name, "Columns": columns, "Files": files, "Parquet": parquet})
	return err
}

func unsupported(what string) error { return &sqlError{ErrorName: "NOT_SUPPORTED", Message: what} }

// The Hive types of the lake's tables, in DuckDB's and in Trino's names.
var (
	duckTypes  = map[string]string{"string": "VARCHAR", "boolean": "BOOLEAN", "int": "INTEGER", "bigint": "BIGINT", "double": "DOUBLE"}
	trinoTypes = map[string]string{"VARCHAR": "varchar", "BOOLEAN": "boolean", "INTEGER": "integer", "BIGINT": "bigint", "DOUBLE": "double"}
)

// files returns the files below a location, as paths in the folder of the S3
// server. Like Athena, it skips files and folders whose names begin with "_" or
// ".".
func (w *duckWork) files(location string) ([]string, error) {
	var files []string
	folder := filepath.FromSlash(w.s3.local(location))
	err := filepath.WalkDir(folder, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case file != folder && strings.ContainsRune("_.", rune(d.Name()[0])):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		}
		info, err := d.Info()
		if err == nil && info.Size() > 0 {
			files = append(files, file)
			w.scanned += info.Size()
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // the prefix has no objects
	}
	return files, err
}

// describe returns the columns of a SELECT with DuckDB's types.
func (w *duckWork) describe(ctx context.Context, query string) ([]Column, error) {
	rows, err := w.ask(ctx, "describe.sql", query, 2)
	columns := make([]Column, len(rows))
	for i, row := range rows {
		columns[i] = Column{strings.ToLower(fmt.Sprint(row[0])), fmt.Sprint(row[1])}
	}
	return columns, err
}

// create uploads the rows of a SELECT and creates their table in the catalog.
func (w *duckWork) create(ctx context.Context, name, location, query string, columns []Column) error {
	var made []types.Column
	for _, c := range columns {
		hive := ""
		for h, kind := range duckTypes {
			if kind == c.Type {
				hive = h
			}
		}
		if hive == "" {
			return unsupported("the type " + c.Type + " of " + c.Name)
		}
		made = append(made, types.Column{Name: aws.String(c.Name), Type: &hive})
	}
	there, err := w.files(location)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		return &sqlError{ErrorName: "HIVE_PATH_ALREADY_EXISTS", Message: "Target directory for table '" + w.database + "." + name + "' already exists: " + location}
	}
	rows, err := w.write(ctx, name, location, query, columns)
	if err != nil {
		return err
	}
	_, err = w.glue.Client.CreateTable(ctx, &glue.CreateTableInput{DatabaseName: &w.database, TableInput: &types.TableInput{
		Name: &name, TableType: aws.String("EXTERNAL_TABLE"),
		StorageDescriptor: &types.StorageDescriptor{Location: &location, Columns: made},
	}})
	w.answer.UpdateType, w.answer.UpdateCount = "CREATE TABLE", &rows
	return err
}

// write uploads the rows of a SELECT as one file.
func (w *duckWork) write(ctx context.Context, name, location, query string, columns []Column) (rows int64, err error) {
	file := filepath.Join(w.temp, name)
	if rows, err = w.exec(ctx, "make.sql", map[string]any{"SQL": query, "Columns": columns, "File": file}); err != nil {
		return 0, err
	}
	err = w.s3.put(ctx, file, strings.TrimSuffix(location, "/")+"/part-0.json")
	return rows, errors.Join(err, os.Remove(file))
}

// insert uploads the rows of a SELECT to the location of a table. Athena writes
// JSON only with Hive's own SerDe.
func (w *duckWork) insert(ctx context.Context, name, query string, columns []Column) error {
	out, err := w.glue.Client.GetTable(ctx, &glue.GetTableInput{DatabaseName: &w.database, Name: &name})
	if err != nil {
		return err
	}
	storage := out.Table.StorageDescriptor
	if serde := aws.ToString(storage.SerdeInfo.SerializationLibrary); serde != "org.apache.hive.hcatalog.data.JsonSerDe" {
		return unsupported("an INSERT with the SerDe " + serde)
	}
	if len(columns) != len(storage.Columns) {
		return &sqlError{ErrorName: "TYPE_MISMATCH", Message: "Insert query has mismatched column types"}
	}
	rows, err := w.write(ctx, name, aws.ToString(storage.Location), query, columns)
	w.answer.UpdateType, w.answer.UpdateCount = "INSERT", &rows
	return err
}

// read returns the rows of a SELECT as strings, like Athena's API.
func (w *duckWork) read(ctx context.Context, query string, columns []Column) (err error) {
	for _, c := range columns {
		kind := trinoTypes[c.Type]
		if kind == "" {
			kind = strings.ToLower(c.Type)
		}
		w.answer.Columns = append(w.answer.Columns, Column{c.Name, kind})
	}
	w.answer.Data, err = w.ask(ctx, "read.sql", query, len(columns))
	return err
}
