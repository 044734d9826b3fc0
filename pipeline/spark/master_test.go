package spark

import (
	"net"
	"strings"
	"testing"

	"stedi/pipeline"
)

func TestMastersAreChecked(t *testing.T) {
	t.Parallel()
	for _, master := range []string{
		"local", "local[1]", "local[*]", "local[4,2]", "spark://a:7077", "spark://a:7077,b:7077", "spark://[::1]:7077", "yarn", "k8s://https://a:6443", "k8s://a",
	} {
		if err := (&settings{master: master}).check(); err != nil {
			t.Errorf("%s: %v", master, err)
		}
	}
	for _, master := range []string{"", "local[]", "local[x]", "locale", "spark://", "spark://a", "spark://a:", "spark://a:1,b", "k8s://", "yarn-client", "mesos://a:1", "a:7077", "http://a:8080"} {
		err := (&settings{master: master}).check()
		if pipeline.KindOf(err) != pipeline.BadUsage || !strings.Contains(err.Error(), "--spark-master") {
			t.Errorf("%s: %v", master, err)
		}
	}
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]string{
		"spark.driver.memory=4g":             "",
		"spark.x=":                           "",
		"spark.x=a=b, c":                     "",
		"spark.driver.memory":                "spark.KEY=VALUE expected",
		"driver.memory=4g":                   "spark.KEY=VALUE expected",
		"spark.a b=4g":                       "spark.KEY=VALUE expected",
		"":                                   "spark.KEY=VALUE expected",
		"spark.master=local":                 "use --spark-master",
		"spark.submit.deployMode=cluster":    "the driver runs on this machine",
		"spark.eventLog.dir=/x":              "event log",
		"spark.eventLog.rolling.enabled=yes": "event log",
	} {
		err := (&settings{master: "local", conf: []string{"spark.y=1", setting}}).check()
		if want == "" && err != nil || want != "" && (pipeline.KindOf(err) != pipeline.BadUsage || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", setting, err)
		}
	}
	s := settings{conf: []string{"spark.a=1", "spark.a=2", "spark.ab=3"}}
	if s.value("spark.a") != "2" || s.value("spark.b") != "" {
		t.Error("the last value of a key counts")
	}
}

func TestAMasterIsReached(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	open := listener.Addr().String()
	closed, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	none := func(string) (string, bool) { return "", false }
	hadoop := func(name string) (string, bool) { return "/etc/hadoop", name == "HADOOP_CONF_DIR" }
	for _, c := range []struct {
		master string
		env    Lookup
		kind   pipeline.Kind
		want   string
	}{
		{"local[*]", none, pipeline.Done, ""},
		{"spark://" + open, none, pipeline.Done, ""},
		{"spark://" + nobody + "," + open, none, pipeline.Done, ""},
		{"spark://" + nobody, none, pipeline.BadEngine, "cannot be reached"},
		{"k8s://http://" + nobody, none, pipeline.BadEngine, "cannot be reached"},
		{"k8s://http://" + open, none, pipeline.Done, ""},
		{"yarn", none, pipeline.BadUsage, "HADOOP_CONF_DIR"},
		{"yarn", hadoop, pipeline.Done, ""},
	} {
		err := reach(t.Context(), c.master, c.env)
		if pipeline.KindOf(err) != c.kind || c.want != "" && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.master, err)
		}
	}
}

func TestOnlyLoopbackMastersAreOfThisMachine(t *testing.T) {
	t.Parallel()
	for master, want := range map[string]bool{
		"local[2]": true, "spark://127.0.0.1:1": true, "spark://localhost:1,[::1]:2": true, "spark://localhost:1,a:2": false, "yarn": false, "k8s://https://127.0.0.1": false, "spark://10.0.0.1:1": false,
	} {
		if onLoopback(master) != want {
			t.Errorf("%s: %t", master, !want)
		}
	}
}
