package awstest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"time"
)

// Trino is the engine that Athena's version 3 is made of, on an S3 server and
// a Glue catalog.
type Trino struct {
	Endpoint string
}

// leastJava is the oldest version of Java that Trino runs on.
const leastJava = 22

// StartTrino starts it, or skips the test where it or its Java is missing.
func StartTrino(t *testing.T, s3 *S3, glue *Glue, warehouse string) *Trino {
	t.Helper()
	home := tool(t, "trino")
	java := findJava(t)
	port := freePort(t)
	etc := t.TempDir()
	values := map[string]string{
		"Data": filepath.Join(etc, "data"), "Port": strconv.Itoa(port), "Plugins": filepath.Join(home, "plugin"), "Catalogs": filepath.Join(etc, "catalog"),
		"Glue": glue.Endpoint, "S3": s3.Endpoint, "Warehouse": warehouse, "Region": Region, "AccessKey": AccessKey, "SecretKey": SecretKey,
	}
	for name, text := range trinoFiles {
		var b bytes.Buffer
		if err := template.Must(template.New(name).Parse(text)).Execute(&b, values); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(etc, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := append(strings.Fields(trinoJVM),
		"-Dconfig="+filepath.Join(etc, "config.properties"), "-Dnode.environment=test", "-Dnode.id=test", "-Dnode.bind-ip=127.0.0.1",
		"-Dnode.data-dir="+values["Data"], "-Dlog.levels-file="+filepath.Join(etc, "log.properties"),
		"-cp", filepath.Join(home, "lib", "*"), "io.trino.server.TrinoServer")
	command := alone(exec.Command(java, args...)) //nolint:gosec,noctx // a test's own tool, ended with the test
	command.Dir = etc
	server := &Trino{Endpoint: local(port)}
	start(t, command, server.Endpoint+"/v1/info", 3*time.Minute, func(r *http.Response) bool {
		var info struct{ Starting bool }
		return r.StatusCode == http.StatusOK && json.NewDecoder(r.Body).Decode(&info) == nil && !info.Starting
	})
	server.wait(t)
	return server
}

// wait returns when there is a node to run queries on, which is later than when
// the server answers.
func (s *Trino) wait(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		_, err := s.Query(ctx, "", "SELECT table_name FROM information_schema.tables LIMIT 1")
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("trino runs nothing: %v", err)
		case <-tick.C:
		}
	}
}

// The heap is small, so that a test fits beside others.
const trinoJVM = `-server -Xmx1G -XX:G1HeapRegionSize=8M -XX:+ExplicitGCInvokesConcurrent -XX:+ExitOnOutOfMemoryError
-XX:-OmitStackTraceInFastThrow -XX:ReservedCodeCacheSize=256M -Djdk.attach.allowAttachSelf=true -Djdk.nio.maxCachedBufferSize=2000000
-Dfile.encoding=UTF-8 -XX:+EnableDynamicAgentLoading --enable-native-access=ALL-UNNAMED --add-modules=jdk.incubator.vector`

var trinoFiles = map[string]string{
	"log.properties": "io.trino=WARN\n",
	"config.properties": `coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port={{.Port}}
node.internal-address=127.0.0.1
discovery.uri=http://127.0.0.1:{{.Port}}
query.max-memory=400MB
query.max-memory-per-node=400MB
memory.heap-headroom-per-node=200MB
plugin.dir={{.Plugins}}
catalog.config-dir={{.Catalogs}}
`,
	"catalog/awsdatacatalog.properties": `connector.name=hive
hive.metastore=glue
hive.metastore.glue.region={{.Region}}
hive.metastore.glue.endpoint-url={{.Glue}}
hive.metastore.glue.aws-access-key={{.AccessKey}}
hive.metastore.glue.aws-secret-key={{.SecretKey}}
hive.metastore.glue.default-warehouse-dir={{.Warehouse}}
fs.native-s3.enabled=true
s3.endpoint={{.S3}}
s3.region={{.Region}}
s3.path-style-access=true
s3.aws-access-key={{.AccessKey}}
s3.aws-secret-key={{.SecretKey}}
hive.non-managed-table-writes-enabled=true
hive.security=allow-all
`,
}

var javaVersion = regexp.MustCompile(`JAVA_VERSION="(\d+)`)

// findJava looks where JAVA_HOME says and where systems keep theirs.
func findJava(t *testing.T) string {
	t.Helper()
	homes, err := filepath.Glob("/usr/lib/jvm/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, home := range append([]string{os.Getenv("JAVA_HOME")}, homes...) {
		release, err := os.ReadFile(filepath.Join(home, "release"))
		if err != nil {
			continue
		}
		if m := javaVersion.FindSubmatch(release); m != nil {
			if n, err := strconv.Atoi(string(m[1])); err == nil && n >= leastJava {
				return filepath.Join(home, "bin", "java")
			}
		}
	}
	t.Skipf("left out: no Java from version %d on is installed, and Trino needs one", leastJava)
	return ""
}

// Answer is a page of what a query has given.
type Answer struct {
	ID      string
	NextURI string
	Columns []Column
	Data    [][]any
	Stats   struct {
		State              string
		PhysicalInputBytes int64
		ProcessedBytes     int64
		ElapsedTimeMillis  int64
		QueuedTimeMillis   int64
	}
	UpdateType  string
	UpdateCount *int64
	Error       *struct {
		Message   string
		ErrorName string
		ErrorType string
	}
}

// Column is a column of an answer.
type Column struct{ Name, Type string }

// Begin hands a statement over.
func (s *Trino) Begin(ctx context.Context, database, sql string) (*Answer, error) {
	return s.call(ctx, http.MethodPost, s.Endpoint+"/v1/statement", database, sql)
}

// Next asks for the page after an answer.
func (s *Trino) Next(ctx context.Context, uri string) (*Answer, error) {
	return s.call(ctx, http.MethodGet, uri, "", "")
}

// Cancel ends the query of an answer.
func (s *Trino) Cancel(ctx context.Context, uri string) error {
	_, err := s.call(ctx, http.MethodDelete, uri, "", "")
	return err
}

// Query runs a statement to its end and returns its rows.
func (s *Trino) Query(ctx context.Context, database, sql string) ([][]any, error) {
	answer, err := s.Begin(ctx, database, sql)
	var rows [][]any
	for err == nil {
		rows = append(rows, answer.Data...)
		if answer.Error != nil {
			return nil, fmt.Errorf("%s: %s", answer.Error.ErrorName, answer.Error.Message)
		}
		if answer.NextURI == "" {
			return rows, nil
		}
		answer, err = s.Next(ctx, answer.NextURI)
	}
	return nil, err
}

func (s *Trino) call(ctx context.Context, method, uri, database, sql string) (*Answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, uri, strings.NewReader(sql))
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-Trino-User", "test")
	request.Header.Set("X-Trino-Catalog", "awsdatacatalog")
	if database != "" {
		request.Header.Set("X-Trino-Schema", database)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusNoContent {
		return &Answer{}, nil
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("trino: %s: %s", response.Status, text)
	}
	answer := &Answer{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return answer, decoder.Decode(answer)
}
