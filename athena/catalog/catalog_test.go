package catalog_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsglue "github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"stedi/athena/awstest"
	"stedi/athena/catalog"
	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/stedi"
)

const location = "s3://bucket/lake"

func load(t *testing.T) *pipeline.Lake {
	t.Helper()
	engine, err := duckdb.Open(t.Context(), duckdb.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	lake, err := definition.Load(t.Context(), stedi.Definition, nil, engine)
	if err != nil {
		t.Fatal(err)
	}
	return lake
}

type deployed struct {
	*catalog.Catalog
	lake   *pipeline.Lake
	server *awstest.Glue
}

func deploy(t *testing.T) deployed {
	t.Helper()
	server := awstest.StartGlue(t)
	d := deployed{catalog.Open(server.Config, "stedi", location), load(t), server}
	d.apply(t, "CreateDatabase", "CreateTable", "CreateTable", "CreateTable", "CreateTable", "CreateTable", "CreateTable", "CreateTable", "CreateTable")
	return d
}

// apply applies the changes and checks that they are exactly the wanted calls.
func (d deployed) apply(t *testing.T, want ...string) {
	t.Helper()
	changes, err := d.Changes(t.Context(), d.lake)
	if err != nil {
		t.Fatal(err)
	}
	var calls []string
	for _, c := range changes {
		calls = append(calls, c.Call)
		if err := c.Do(t.Context()); err != nil {
			t.Fatalf("%s %s: %v", c.Call, c.About, err)
		}
	}
	if !slices.Equal(calls, want) {
		t.Fatalf("changes are %v, want %v", calls, want)
	}
}

func (d deployed) get(t *testing.T, table string) *types.Table {
	t.Helper()
	out, err := d.server.Client.GetTable(t.Context(), &awsglue.GetTableInput{DatabaseName: aws.String("stedi"), Name: &table})
	if err != nil {
		t.Fatal(err)
	}
	return out.Table
}

func (d deployed) update(t *testing.T, table string, change func(*types.TableInput)) {
	t.Helper()
	found := d.get(t, table)
	input := &types.TableInput{Name: found.Name, StorageDescriptor: found.StorageDescriptor, Parameters: found.Parameters, TableType: found.TableType}
	change(input)
	if _, err := d.server.Client.UpdateTable(t.Context(), &awsglue.UpdateTableInput{DatabaseName: aws.String("stedi"), TableInput: input}); err != nil {
		t.Fatal(err)
	}
}

func TestTheCatalogFollowsTheDefinition(t *testing.T) {
	d := deploy(t)
	d.apply(t) // a second deploy has no changes
	landing := d.get(t, "customer_landing")
	if got := aws.ToString(landing.StorageDescriptor.Location); got != location+"/customer/landing/" {
		t.Errorf("landing lies in %s", got)
	}
	if p := landing.StorageDescriptor.SerdeInfo.Parameters; p["case.insensitive"] != "true" || p["ignore.malformed.json"] != "false" {
		t.Errorf("the SerDe's properties are %v", p)
	}
	var names []string
	for _, c := range d.get(t, "machine_learning_curated").StorageDescriptor.Columns {
		names = append(names, *c.Name+" "+*c.Type)
	}
	if got, want := strings.Join(names, ", "), "sensorreadingtime bigint, serialnumber string, distancefromobject int, x double, y double, z double"; got != want {
		t.Errorf("columns are %s, want %s", got, want)
	}
}

func TestDriftIsMended(t *testing.T) {
	d := deploy(t)
	d.update(t, "customer_landing", func(in *types.TableInput) { in.StorageDescriptor.Location = aws.String(location + "/customer/landin/") })
	d.update(t, "customer_trusted", func(in *types.TableInput) {
		in.StorageDescriptor.Columns[0].Type = aws.String("date")
		in.StorageDescriptor.Location = aws.String(location + "/customer/trusted/run=1/")
	})
	d.apply(t, "UpdateTable", "UpdateTable")
	d.apply(t)
	if got := aws.ToString(d.get(t, "customer_trusted").StorageDescriptor.Location); got != location+"/customer/trusted/run=1/" {
		t.Errorf("what was published was unpublished: the table lies in %s", got)
	}
}

func TestATableOfOthersIsLeftAlone(t *testing.T) {
	d := deploy(t)
	d.update(t, "customer_trusted", func(in *types.TableInput) { in.Parameters = map[string]string{"owner": "other"} })
	table := d.lake.Table("customer_trusted")
	_, changes := d.Changes(t.Context(), d.lake)
	_, place := d.Place(t.Context(), table)
	move := d.Move(t.Context(), table, pipeline.Place{}, "customer/trusted/run=1")
	for what, err := range map[string]error{"changes": changes, "place": place, "move": move} {
		if pipeline.KindOf(err) != pipeline.Conflict {
			t.Errorf("%s: error of kind %d: %v", what, pipeline.KindOf(err), err)
		}
	}
	undo, err := d.Undeploy(t.Context(), d.lake)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range undo {
		if err := c.Do(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	left, err := d.Browse(t.Context(), d.lake)
	if err != nil || len(left) != 1 || left[0].Name != "customer_trusted" {
		t.Errorf("left %v (%v), want theirs alone", left, err)
	}
}

func TestAMoveIsOneStepThatOneOfTwoMakes(t *testing.T) {
	d := deploy(t)
	table := d.lake.Table("customer_trusted")
	d.update(t, "customer_trusted", func(in *types.TableInput) { in.Parameters["numRows"] = "17" })
	from, err := d.Place(t.Context(), table)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Move(t.Context(), table, from, "customer/trusted/run=1"); err != nil {
		t.Fatal(err)
	}
	if err := d.Move(t.Context(), table, from, "customer/trusted/run=2"); !errors.Is(err, pipeline.ErrChanged) {
		t.Errorf("error is %v, want ErrChanged", err)
	}
	now, err := d.Place(t.Context(), table)
	if err != nil || now.Folder != "customer/trusted/run=1" {
		t.Errorf("the table lies in %v (%v)", now, err)
	}
	if rows, stale := d.get(t, "customer_trusted").Parameters["numRows"]; stale {
		t.Errorf("the catalog still says that the table has %s rows", rows)
	}
}

func TestTablesOfOthersAreBrowsedInTheirZone(t *testing.T) {
	d := deploy(t)
	for name, storage := range map[string]*types.StorageDescriptor{
		"my_customers": {Location: aws.String(location + "/customer/trusted/"), SerdeInfo: &types.SerDeInfo{SerializationLibrary: aws.String("org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe")}},
		"elsewhere":    {Location: aws.String("s3://other/place/"), SerdeInfo: &types.SerDeInfo{SerializationLibrary: aws.String("org.apache.hadoop.hive.serde2.OpenCSVSerde")}},
	} {
		storage.Columns = []types.Column{{Name: aws.String("a"), Type: aws.String("array<int>")}}
		if _, err := d.server.Client.CreateTable(t.Context(), &awsglue.CreateTableInput{DatabaseName: aws.String("stedi"), TableInput: &types.TableInput{
			Name: &name, StorageDescriptor: storage, PartitionKeys: []types.Column{{Name: aws.String("day"), Type: aws.String("string")}},
		}}); err != nil {
			t.Fatal(err)
		}
	}
	tables, err := d.Browse(t.Context(), d.lake)
	if err != nil {
		t.Fatal(err)
	}
	if len(tables) != 10 {
		t.Fatalf("%d tables, want 10", len(tables))
	}
	got := map[string]string{}
	for _, table := range tables {
		got[table.Name] = table.Zone + " " + table.Format
	}
	for name, want := range map[string]string{"my_customers": "trusted Parquet", "elsewhere": "other CSV", "customer_landing": "landing JSON", "machine_learning_curated": "curated JSON"} {
		if got[name] != want {
			t.Errorf("%s is %s, want %s", name, got[name], want)
		}
	}
}

// Each of these settings causes Athena to read wrong rows without an error.
func TestWhatMakesAthenaReadSomethingElseIsFound(t *testing.T) {
	d := deploy(t)
	if found := examine(t, d); len(found) != 0 {
		t.Fatalf("in a fresh deployment: %v", found)
	}
	create := func(name, at string, change func(*types.TableInput)) {
		t.Helper()
		input := &types.TableInput{Name: &name, StorageDescriptor: &types.StorageDescriptor{
			Location: &at, Columns: []types.Column{{Name: aws.String("a"), Type: aws.String("string")}},
			SerdeInfo: &types.SerDeInfo{SerializationLibrary: aws.String("org.openx.data.jsonserde.JsonSerDe"), Parameters: map[string]string{}},
		}}
		change(input)
		if _, err := d.server.Client.CreateTable(t.Context(), &awsglue.CreateTableInput{DatabaseName: aws.String("stedi"), TableInput: input}); err != nil {
			t.Fatal(err)
		}
	}
	create("no_slash", "s3://other/a", func(*types.TableInput) {})
	create("above", location+"/customer/", func(*types.TableInput) {})
	create("exact_case", "s3://other/c/", func(in *types.TableInput) { in.StorageDescriptor.SerdeInfo.Parameters["case.insensitive"] = "false" })
	create("unloaded", "s3://other/d/", func(in *types.TableInput) {
		in.PartitionKeys = []types.Column{{Name: aws.String("day"), Type: aws.String("string")}}
	})
	create("no_serde", "s3://other/e/", func(in *types.TableInput) { in.StorageDescriptor.SerdeInfo = nil })
	d.update(t, "customer_landing", func(in *types.TableInput) { in.StorageDescriptor.Columns[0].Type = aws.String("int") })
	all := strings.Join(examine(t, d), "\n")
	for _, want := range []string{
		"stedi.no_slash: s3://other/a has no slash at its end", "ALTER TABLE `stedi`.`no_slash` SET LOCATION 's3://other/a/';",
		"stedi.above: s3://bucket/lake/customer/ also catches the files of customer_landing",
		"stedi.exact_case: case.insensitive is false", "MSCK REPAIR TABLE stedi.unloaded;", "stedi.no_serde: it has no SerDe",
		"stedi.customer_landing: its columns differ", "Run `stedi deploy` to fix it.",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("it does not say %q:\n%s", want, all)
		}
	}
}

func examine(t *testing.T, d deployed) []string {
	t.Helper()
	findings, err := d.Examine(t.Context(), d.lake)
	if err != nil {
		t.Fatal(err)
	}
	var wrong []string
	for _, f := range findings {
		if f.Wrong {
			wrong = append(wrong, f.About+": "+f.Says+" "+f.Fix)
		}
	}
	return wrong
}
