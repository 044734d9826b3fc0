package definition_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/laketest"
	"stedi/pipeline/ndjson"
)

const (
	openX    = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'\n"
	hiveJSON = "ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'\n"
)

// rowsOf reads a file as the table of a statement, with a transform that passes
// all rows on.
func rowsOf(t *testing.T, statement, name, content string) (string, error) {
	t.Helper()
	e := laketest.Engine(t)
	lake, err := definition.Load(t.Context(), fstest.MapFS{
		"landing/t.sql":    {Data: []byte(statement)},
		"transforms/u.sql": {Data: []byte("-- zone: clean\n-- path: clean/u\nSELECT t.* FROM t")},
	}, nil, e)
	if err != nil {
		return "", err
	}
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	job := pipeline.Job{Table: lake.Table("u"), Output: pipeline.Output{Stream: &out}, Inputs: []pipeline.Input{{
		Table: lake.Table("t"), Files: []ndjson.File{{Path: path, Name: "t/raw/" + name, Size: int64(len(content))}},
	}}}
	result, err := e.Run(t.Context(), job, func(pipeline.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range result.Reports["t"].Rejects {
		fmt.Fprintf(&out, "rejected: %s\n", r.Reason)
	}
	return out.String(), nil
}

func TestEachClauseIsHonouredOrRefused(t *testing.T) {
	const (
		head = "CREATE EXTERNAL TABLE t (id bigint, s string)\n"
		at   = "LOCATION '${lake}/t/raw/'"
		line = `{"id":1,"s":"x"}` + "\n"
		same = line // the keys of the file are the columns in lower case
	)
	for _, c := range []struct {
		name, statement string
		file            string // below the table's folder; empty: a.json
		content         string // empty: line
		want            string // rows; empty: the statement is an error
		line            int    // of the error
		says            string
	}{
		{name: "IF NOT EXISTS", statement: "CREATE EXTERNAL TABLE IF NOT EXISTS t (id bigint, s string) " + openX + at, want: same},
		{name: "a database", statement: "CREATE EXTERNAL TABLE `db`.`t` (id bigint, s string) " + openX + at, want: same},
		{name: "no EXTERNAL", statement: "\nCREATE TABLE t (id bigint, s string) " + openX + at, line: 2, says: "write EXTERNAL"},
		{name: "column COMMENT", statement: "CREATE EXTERNAL TABLE t (id bigint COMMENT \"it's\", s string COMMENT 'it\\'s ''x''') " + openX + at, want: same},
		{name: "table COMMENT", statement: head + "COMMENT 'a \"table\"'\n" + openX + at, want: same},
		{name: "PARTITIONED BY", statement: head + "PARTITIONED BY (`year` int COMMENT 'y', city string)\n" + openX + at, file: "year=2024/city=a%2Fb/a.json", want: `{"id":1,"s":"x","year":2024,"city":"a/b"}` + "\n"},
		{name: "PARTITIONED BY without its folder", statement: head + "PARTITIONED BY (dt date)\n" + openX + at, want: "rejected: not in a folder named dt=…, which holds the value of the partition column dt; move it into a folder with the right value\n"},
		{name: "PARTITIONED BY a column of the table", statement: head + "PARTITIONED BY (\n id int)\n" + openX + at, line: 3, says: "column id is there twice"},
		{name: "PARTITIONED BY a nested type", statement: head + "PARTITIONED BY (p array<int>)\n" + openX + at, line: 2, says: "write string"},
		{name: "CLUSTERED BY", statement: head + "CLUSTERED BY (id, s) INTO 8 BUCKETS\n" + openX + at, want: same},
		{name: "CLUSTERED BY SORTED BY", statement: head + "CLUSTERED BY (id) SORTED BY (s DESC) INTO 8 BUCKETS\n" + openX + at, want: same},
		{name: "CLUSTERED BY no column", statement: head + "CLUSTERED BY (x) INTO 8 BUCKETS\n" + openX + at, line: 2, says: "no column x"},
		{name: "SKEWED BY", statement: head + "SKEWED BY (id) ON (1, 2) STORED AS DIRECTORIES\n" + openX + at, line: 2, says: "SKEWED BY is not supported"},
		{name: "no ROW FORMAT", statement: head + at, want: same},
		{name: "ROW FORMAT DELIMITED", statement: head + "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' ESCAPED BY '\\\\' COLLECTION ITEMS TERMINATED BY '|' MAP KEYS TERMINATED BY ':' LINES TERMINATED BY '\\n' NULL DEFINED AS ''\n" + at, line: 2, says: "convert the files, and write ROW FORMAT SERDE"},
		{name: "OpenX", statement: head + openX + at, content: `{"ID":1,"s":"x"}` + "\n", want: same},
		{name: "Hive's JSON", statement: head + hiveJSON + at, content: `{"ID":1,"s":"x"}` + "\n", want: same},
		{name: "mapping", statement: head + openX + "WITH SERDEPROPERTIES ('mapping.S' = 'text')\n" + at, content: `{"id":1,"s":"y","Text":"x"}` + "\n", want: same},
		{name: "mapping of no column", statement: head + openX + "WITH SERDEPROPERTIES (\n'mapping.x' = 'text')\n" + at, line: 4, says: "names no column"},
		{name: "two columns of one key", statement: head + openX + "WITH SERDEPROPERTIES ('mapping.s' = 'ID')\n" + at, line: 3, says: "read the same key"},
		{name: "mapping with Hive's JSON", statement: head + hiveJSON + "WITH SERDEPROPERTIES ('mapping.s' = 'text')\n" + at, line: 3, says: "has no effect with the SerDe"},
		{name: "case.insensitive TRUE", statement: head + openX + "WITH SERDEPROPERTIES ('case.insensitive' = 'TRUE')\n" + at, content: `{"Id":1,"S":"x"}` + "\n", want: same},
		{name: "case.insensitive FALSE", statement: head + openX + "WITH SERDEPROPERTIES ('case.insensitive' = 'FALSE')\n" + at, content: `{"Id":1,"s":"x"}` + "\n", want: `{"id":null,"s":"x"}` + "\n"},
		{name: "case.insensitive FALSE and mapping", statement: head + openX + "WITH SERDEPROPERTIES (\"case.insensitive\" = \"FALSE\", \"mapping.id\" = \"Id\")\n" + at, content: `{"Id":1,"s":"x","id":2}` + "\n", want: same},
		{name: "dots.in.keys TRUE", statement: "CREATE EXTERNAL TABLE t (a_id bigint, st struct<a_b:int>)\n" + openX + "WITH SERDEPROPERTIES ('dots.in.keys' = 'TRUE')\n" + at, content: `{"a.id":1,"st":{"a.b":2}}` + "\n", want: `{"a_id":1,"st":{"a_b":2}}` + "\n"},
		{name: "dots.in.keys FALSE", statement: "CREATE EXTERNAL TABLE t (a_id bigint)\n" + openX + "WITH SERDEPROPERTIES ('dots.in.keys' = 'FALSE')\n" + at, content: `{"a.id":1}` + "\n", want: `{"a_id":null}` + "\n"},
		{name: "a switch that is neither", statement: head + openX + "WITH SERDEPROPERTIES ('dots.in.keys' = 'yes')\n" + at, line: 3, says: "write 'TRUE' or 'FALSE'"},
		{name: "ignore.malformed.json FALSE", statement: head + openX + "WITH SERDEPROPERTIES ('ignore.malformed.json' = 'FALSE')\n" + at, want: same},
		{name: "ignore.malformed.json TRUE", statement: head + openX + "WITH SERDEPROPERTIES ('ignore.malformed.json' = 'TRUE')\n" + at, line: 3, says: "--max-rejects"},
		{name: "use.null.for.invalid.data", statement: head + openX + "WITH SERDEPROPERTIES ('use.null.for.invalid.data' = 'true')\n" + at, line: 3, says: "--max-rejects"},
		{name: "timestamp.formats", statement: head + openX + "WITH SERDEPROPERTIES ('timestamp.formats' = 'yyyy')\n" + at, line: 3, says: "write timestamps as"},
		{name: "properties without an effect", statement: head + openX + "WITH SERDEPROPERTIES ('serialization.format' = '1', 'explicit.null' = 'true', 'paths' = 'id,s', 'mapping' = 'TRUE')\n" + at, want: same},
		{name: "an unknown property", statement: head + openX + "WITH SERDEPROPERTIES (\n'field.delim' = ',')\n" + at, line: 4, says: "'field.delim' is not supported: delete it"},
		{name: "a property twice", statement: head + openX + "WITH SERDEPROPERTIES ('mapping.s' = 'a', 'mapping.s' = 'b')\n" + at, line: 3, says: "there twice"},
		{name: "CSV", statement: head + "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'\n" + at, line: 2, says: "reads CSV"},
		{name: "regular expressions", statement: head + "ROW FORMAT SERDE\n'org.apache.hadoop.hive.serde2.RegexSerDe'\n" + at, line: 3, says: "regular expression"},
		{name: "Grok", statement: head + "ROW FORMAT SERDE 'com.amazonaws.glue.serde.GrokSerDe'\n" + at, line: 2, says: "Grok"},
		{name: "Ion", statement: head + "ROW FORMAT SERDE 'com.amazon.ionhiveserde.IonHiveSerDe'\n" + at, line: 2, says: "Amazon Ion"},
		{name: "delimited text", statement: head + "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'\n" + at, line: 2, says: "delimited text"},
		{name: "Parquet's SerDe", statement: head + "ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'\n" + at, line: 2, says: "reads Parquet"},
		{name: "ORC's SerDe", statement: head + "ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.orc.OrcSerde'\n" + at, line: 2, says: "reads ORC"},
		{name: "Avro's SerDe", statement: head + "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.avro.AvroSerDe'\n" + at, line: 2, says: "reads Avro"},
		{name: "another SerDe", statement: head + "ROW FORMAT SERDE 'com.example.Mine'\n" + at, line: 2, says: "another format"},
		{name: "STORED AS TEXTFILE", statement: head + openX + "STORED AS TEXTFILE\n" + at, want: same},
		{name: "STORED AS INPUTFORMAT", statement: head + openX + "STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'\nOUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'\n" + at, want: same},
		{name: "another INPUTFORMAT", statement: head + openX + "STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.orc.OrcInputFormat' OUTPUTFORMAT 'x'\n" + at, line: 3, says: "write 'org.apache.hadoop.mapred.TextInputFormat'"},
		{name: "STORED AS PARQUET", statement: head + "STORED AS PARQUET\n" + at, line: 2, says: "STORED AS PARQUET is not supported"},
		{name: "STORED AS ORC", statement: head + "STORED AS\norc\n" + at, line: 3, says: "STORED AS ORC is not supported"},
		{name: "STORED AS AVRO", statement: head + "STORED AS AVRO\n" + at, line: 2, says: "STORED AS AVRO"},
		{name: "STORED AS RCFILE", statement: head + "STORED AS RCFILE\n" + at, line: 2, says: "STORED AS RCFILE"},
		{name: "STORED AS SEQUENCEFILE", statement: head + "STORED AS SEQUENCEFILE\n" + at, line: 2, says: "STORED AS SEQUENCEFILE"},
		{name: "STORED AS ION", statement: head + "STORED AS ION\n" + at, line: 2, says: "STORED AS ION"},
		{name: "STORED BY", statement: head + "STORED BY 'x'\n" + at, line: 2, says: "STORED BY"},
		{name: "USING", statement: head + "USING json\n" + at, line: 2, says: "USING is Spark's"},
		{name: "AS SELECT", statement: head + openX + at + "\nAS SELECT 1", line: 4, says: "transforms/t.sql"},
		{name: "harmless table properties", statement: head + openX + at + "\nTBLPROPERTIES ('classification' = 'json', \"has_encrypted_data\"='true', 'compressionType'='gzip', 'projection.dt.type'='date', 'projection.enabled'='false', 'skip.header.line.count'='0', 'numRows'='5', 'my own' = '')", want: same},
		{name: "skip.header.line.count", statement: head + openX + at + "\nTBLPROPERTIES ('a' = 'b',\n'skip.header.line.count'='1')", line: 5, says: "delete it"},
		{name: "projection", statement: head + openX + at + "\nTBLPROPERTIES ('projection.enabled'='TRUE')", line: 4, says: "found by their folders"},
		{name: "storage.location.template", statement: head + openX + at + "\nTBLPROPERTIES ('storage.location.template'='s3://x/${dt}')", line: 4, says: "delete it"},
		{name: "Iceberg", statement: head + openX + at + "\nTBLPROPERTIES ('table_type'='ICEBERG')", line: 4, says: "Iceberg tables are not supported"},
		{name: "a SerDe's property of the table", statement: head + openX + at + "\nTBLPROPERTIES ('mapping.s'='x')", line: 4, says: "move it to WITH SERDEPROPERTIES"},
		{name: "an unknown clause", statement: head + openX + "ENGINE InnoDB\n" + at, line: 3, says: "is not a clause"},
		{name: "a clause twice", statement: head + openX + openX + at, line: 3, says: "ROW is there twice"},
		{name: "a constraint", statement: "CREATE EXTERNAL TABLE t (id bigint NOT NULL, s string) " + openX + at, line: 1, says: "no constraint NOT"},
		{name: "a name in double quotes", statement: "CREATE EXTERNAL TABLE t (\n\"id\" bigint, s string) " + openX + at, line: 2, says: "write it in back-ticks, `id`"},
		{name: "comments, CRLF and semicolons", statement: "\uFEFF-- t\r\n;;CREATE /* x; */ EXTERNAL TABLE t (id bigint, -- ; y\r\n s string)\r\n" + openX + at + ";\r\n;\r\n-- end", want: same},
		{name: "a location in S3", statement: head + openX + "LOCATION 's3://other-lake/t/raw'", want: same},
		{name: "a location of Hadoop", statement: head + openX + "LOCATION 's3a://other-lake/t/raw/'", want: same},
		{name: "another location", statement: head + openX + "LOCATION\n'hdfs://x/t/raw/'", line: 4, says: "write LOCATION '${lake}/t/'"},
		{name: "a location with a pattern", statement: head + openX + "LOCATION 's3://lake/t/*.json'", line: 3, says: "is not a path below the lake"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file, content := c.file, c.content
			if file == "" {
				file = "a.json"
			}
			if content == "" {
				content = line
			}
			rows, err := rowsOf(t, c.statement, file, content)
			if c.want != "" {
				if err != nil || rows != c.want {
					t.Errorf("got %s%v; want %s", rows, err, c.want)
				}
				return
			}
			where := fmt.Sprintf("landing/t.sql:%d: ", c.line)
			if err == nil || pipeline.KindOf(err) != pipeline.BadUsage || !strings.Contains(err.Error(), where) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %s%v; want %s… %s", rows, err, where, c.says)
			}
		})
	}
}

func TestStatementsAsPeopleWriteThem(t *testing.T) {
	folder := os.DirFS("testdata/people")
	var said []string
	lake, err := definition.LoadFor(t.Context(), folder, nil, laketest.Engine(t), definition.Places{Has: func(folder string) bool {
		return strings.HasPrefix(folder, "zoo/") || folder == "bakery/orders" || folder == "gym"
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range lake.Tables {
		line := table.Name + " " + table.Path
		for _, c := range table.Columns {
			line += fmt.Sprintf(", %s %s", c.Name, c.Type)
			if c.Reads != "" {
				line += " = " + c.Reads
			}
			if c.Partition {
				line += " /"
			}
		}
		said = append(said, line)
		statement, err := definition.CreateTable(table, "s3://lake/prefix")
		if err != nil || !strings.Contains(statement, "'s3://lake/prefix/"+table.Path+"/'") || strings.Contains(statement, "${lake}") {
			t.Errorf("%s for Athena: %v\n%s", table.File, err, statement)
		}
		if class, _, err := definition.SerDe(table); err != nil || !strings.HasSuffix(class, "JsonSerDe") {
			t.Errorf("%s: SerDe %q, %v", table.File, class, err)
		}
	}
	slices.Sort(said)
	want, err := os.ReadFile("testdata/people/want.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(said, "\n") + "\n"; got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if len(said) < 40 {
		t.Errorf("only %d statements were read", len(said))
	}
}

func TestWhereALocationInS3Lies(t *testing.T) {
	for _, c := range []struct{ location, table, lake, want string }{
		{"s3://b/customer/landing/", "customer_landing", "", "customer/landing"},
		{"s3://b/project/v2/customer/landing", "customer_landing", "customer/landing", "customer/landing"},
		{"s3://b/project/v2/customer/landing", "customer_landing", "v2/customer/landing customer/landing", "v2/customer/landing"},
		{"s3://b/project/customer/landing/", "customer_landing", "", "project/customer/landing"},
		{"s3://customer-landing/", "customer_landing", "", "customer/landing"},
		{"s3://customer-landing", "customer_landing", "customer_landing", "customer_landing"},
		{"s3://b", "events", "", "events"},
		{"s3n://b/x/", "step_trainer_landing", "step_trainer/landing", "step_trainer/landing"},
		{"${lake}/a/b/", "t", "b", "a/b"},
	} {
		has := func(folder string) bool { return slices.Contains(strings.Fields(c.lake), folder) }
		lake, err := definition.LoadFor(t.Context(), fstest.MapFS{
			"landing/" + c.table + ".sql": {Data: []byte("CREATE EXTERNAL TABLE " + c.table + " (a int)\nLOCATION '" + c.location + "'")},
		}, nil, laketest.Engine(t), definition.Places{Has: has})
		if err != nil {
			t.Errorf("%s: %v", c.location, err)
			continue
		}
		table := lake.Table(c.table)
		if table.Path != c.want {
			t.Errorf("%s of %s in a lake with %q is %s, want %s", c.location, c.table, c.lake, table.Path, c.want)
		}
		if noted := len(lake.Notes) == 1 && strings.HasPrefix(lake.Notes[0], "landing/"+c.table+".sql:2: "); noted == strings.HasPrefix(c.location, "$") {
			t.Errorf("%s: the notes are %q", c.location, lake.Notes)
		}
	}
}

func TestAllFaultsOfADefinitionAreReported(t *testing.T) {
	folder := fstest.MapFS{
		"landing/a.sql":      {Data: []byte("CREATE EXTERNAL TABLE a (\n x text,\n y real)\nSTORED AS ORC\nLOCATION 'hdfs://a'")},
		"landing/b.sql":      {Data: []byte("CREATE EXTERNAL TABLE c (x int) LOCATION '${lake}/b/'")},
		"landing/good.SQL":   {Data: []byte("\uFEFFCREATE EXTERNAL TABLE good (x int) LOCATION '${lake}/good/'")},
		"landing/._good.sql": {Data: []byte("\x00\x05")}, "landing/.#good.sql": {Data: []byte("x")}, "landing/good.sql~": {Data: []byte("x")}, "landing/#good.sql#": {Data: []byte("x")},
		"transforms/._d.sql": {Data: []byte("\x00")}, "checks/._d.sql": {Data: []byte("\x00")}, "queries/._d.sql": {Data: []byte("\x00")}, "tests/._d.json": {Data: []byte("\x00")},
		"transforms/d.sql":     {Data: []byte("-- zone: z\n-- path: d\nSELECT g.nope FROM good AS g")},
		"transforms/e.sql":     {Data: []byte("SELECT g.x FROM gone AS g")},
		"transforms/f.sql":     {Data: []byte("-- zone: z\n-- path: f\nSELECT a.x FROM a")}, // a has its own errors
		"transforms/g.sql":     {Data: []byte("-- zone: z\n-- path: g\nSELECT FROM")},
		"checks/h.sql":         {Data: []byte("-- table: nobody\nSELECT 1 AS one")},
		"checks/i.sql":         {Data: []byte("-- table: good\n-- severity: error\nSELECT good.z FROM good")},
		"expectations.json":    {Data: []byte("\uFEFF[\n{\"nam\":1}]")},
		"profiles/p/other.sql": {Data: []byte("SELECT 1")},
	}
	_, err := definition.Load(t.Context(), folder, []string{"p"}, laketest.Engine(t))
	if pipeline.KindOf(err) != pipeline.BadUsage {
		t.Fatalf("got %v", err)
	}
	var got []string
	var walk func(error)
	walk = func(err error) {
		var fault *definition.Error
		switch e := err.(type) { //nolint:errorlint // every error of the tree is examined
		case interface{ Unwrap() []error }:
			for _, one := range e.Unwrap() {
				walk(one)
			}
		case interface{ Unwrap() error }:
			walk(e.Unwrap())
		default:
			if !errors.As(err, &fault) {
				t.Errorf("%v is no fault of a definition", err)
				return
			}
			got = append(got, fmt.Sprintf("%s:%d", fault.File, fault.Line))
		}
	}
	walk(err)
	want := []string{
		"profiles/p/other.sql:0", "landing/a.sql:2", "landing/a.sql:3", "landing/a.sql:4", "landing/a.sql:5", "landing/b.sql:1",
		"transforms/e.sql:1", "transforms/g.sql:3", "transforms/e.sql:1", "transforms/d.sql:3", "checks/h.sql:1", "checks/i.sql:3", "expectations.json:2",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s\n%v", strings.Join(got, "\n"), strings.Join(want, "\n"), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := definition.Load(ctx, folder, nil, laketest.Engine(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled load gives %v", err)
	}
}
