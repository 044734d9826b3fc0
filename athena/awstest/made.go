package awstest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Made is a table as people make it in the console: its rows are somewhere, and
// the catalog says where.
type Made struct {
	Name     string
	Location string         // s3://bucket/folder/, of a bucket that exists
	Columns  []types.Column // empty: all rows are text
	From     string         // a folder of JSON lines of this machine, whose rows it has
	Parquet  bool           // they are written as Parquet; else the files are copied
}

// Make uploads the rows of a table, and makes it in a database of the catalog.
func (a *AWS) Make(t *testing.T, database string, m Made) {
	t.Helper()
	var files []string
	err := filepath.WalkDir(m.From, func(at string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !strings.HasPrefix(entry.Name(), "_") && !strings.HasPrefix(entry.Name(), ".") {
			files = append(files, at)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	library, input, output := "org.openx.data.jsonserde.JsonSerDe", "org.apache.hadoop.mapred.TextInputFormat", "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
	if m.Parquet {
		const parquet = "org.apache.hadoop.hive.ql.io.parquet."
		library, input, output = parquet+"serde.ParquetHiveSerDe", parquet+"MapredParquetInputFormat", parquet+"MapredParquetOutputFormat"
		files = []string{asParquet(t, files, m.Columns)}
	}
	bucket, folder, _ := strings.Cut(strings.TrimPrefix(m.Location, "s3://"), "/")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.S3.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: aws.String(path.Join(folder, filepath.Base(file))), Body: bytes.NewReader(text)})
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err = a.Glue.Client.CreateTable(t.Context(), &glue.CreateTableInput{DatabaseName: &database, TableInput: &types.TableInput{
		Name: &m.Name, TableType: aws.String("EXTERNAL_TABLE"),
		StorageDescriptor: &types.StorageDescriptor{
			Location: &m.Location, Columns: m.Columns, InputFormat: &input, OutputFormat: &output, SerdeInfo: &types.SerDeInfo{SerializationLibrary: &library, Parameters: map[string]string{}},
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// Database makes an empty database.
func (a *AWS) Database(t *testing.T, name string) {
	t.Helper()
	if _, err := a.Glue.Client.CreateDatabase(t.Context(), &glue.CreateDatabaseInput{DatabaseInput: &types.DatabaseInput{Name: &name}}); err != nil {
		t.Fatal(err)
	}
}

// asParquet writes files of JSON lines into one of Parquet. Texts that look like
// something else stay texts.
func asParquet(t *testing.T, files []string, columns []types.Column) string {
	t.Helper()
	var texts []string
	for _, c := range columns {
		if aws.ToString(c.Type) == "string" {
			texts = append(texts, aws.ToString(c.Name))
		}
	}
	into := filepath.Join(t.TempDir(), "part-r-00000.snappy.parquet")
	text, err := duckSQL.Text("parquet.sql", map[string]any{"Files": files, "File": into, "Texts": texts})
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", "")
	if err == nil {
		_, err = db.ExecContext(context.Background(), text)
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return into
}
