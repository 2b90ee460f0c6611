// Package cluster tests sweeps on the engines that run them elsewhere, the real ones: a Slurm
// cluster of three nodes on this machine, and GNU parallel.
package cluster

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sgdescape/sgdescape/notebooks/internal/proc"
	"github.com/sgdescape/sgdescape/notebooks/internal/testkit"
)

// daemon is one of Slurm's, which is started again after a test has killed it.
type daemon struct {
	name string
	args []string
	mu   sync.Mutex
	cmd  *exec.Cmd
}

// cluster is a controller, three nodes of two cores each, and the munge that they trust.
type cluster struct {
	t       *testing.T
	dir     string
	group   *proc.Group
	daemons []*daemon // the controller first
}

const nodes = 3

// newCluster starts a cluster and sets SLURM_CONF to it for the rest of the test.
func newCluster(t *testing.T) *cluster {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a Slurm cluster, which -short leaves out")
	}
	if os.Geteuid() != 0 {
		testkit.Missing(t, "root, who starts a Slurm cluster,")
	}
	for _, program := range []string{"slurmctld", "slurmd", "munged", "sbatch"} {
		if _, err := exec.LookPath(program); err != nil {
			testkit.Missing(t, program+" of Slurm")
		}
	}
	dir, err := os.MkdirTemp("", "sweep-cluster-") // short: a socket's path has a limit
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t, dir: dir, group: proc.NewGroup()}
	t.Cleanup(func() {
		c.group.Stop()
		_ = os.RemoveAll(dir)
	})
	c.munge()
	c.configure()
	t.Setenv("SLURM_CONF", c.path("slurm.conf"))
	c.start(&daemon{name: "slurmctld", args: []string{"-D"}})
	for n := range nodes {
		c.start(&daemon{name: "slurmd", args: []string{"-D", "-N", fmt.Sprintf("n%d", n+1)}})
	}
	testkit.Await(t, time.Minute, "the nodes of the cluster are idle", func() bool {
		out, err := exec.Command("sinfo", "--noheader", "--states=idle", "--format=%D").Output()
		return err == nil && strings.TrimSpace(string(out)) == strconv.Itoa(nodes)
	})
	return c
}

func (c *cluster) path(name string) string { return filepath.Join(c.dir, name) }

// munge starts the service by which Slurm's daemons know each other. It refuses to be root.
func (c *cluster) munge() {
	owner, err := user.Lookup("munge")
	if err != nil {
		testkit.Missing(c.t, "the user munge")
	}
	uid, _ := strconv.Atoi(owner.Uid)
	gid, _ := strconv.Atoi(owner.Gid)
	dir := c.path("munge")
	must(c.t, os.Chmod(c.dir, 0o755))
	must(c.t, os.Mkdir(dir, 0o755))
	must(c.t, os.WriteFile(filepath.Join(dir, "key"), []byte(strings.Repeat("a test needs no secret ", 10)), 0o400))
	for _, path := range []string{dir, filepath.Join(dir, "key")} {
		must(c.t, os.Chown(path, uid, gid))
	}
	cmd := c.group.Command(context.Background(), os.Environ(), "runuser", "-u", "munge", "--", "munged", "--foreground", "--socket="+dir+"/socket", "--key-file="+dir+"/key",
		"--pid-file="+dir+"/pid", "--log-file="+dir+"/log", "--seed-file="+dir+"/seed")
	must(c.t, cmd.Start())
	go func() { _ = cmd.Wait() }()
	testkit.Await(c.t, time.Minute, "munge answers", func() bool { return exists(dir + "/socket") })
}

// configure writes slurm.conf.
func (c *cluster) configure() {
	host, err := os.Hostname()
	must(c.t, err)
	must(c.t, os.Mkdir(c.path("state"), 0o755))
	var ports []string
	for range nodes + 1 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(c.t, err)
		defer l.Close()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		ports = append(ports, port)
	}
	conf := `ClusterName=test
SlurmctldHost=HOST(127.0.0.1)
SlurmUser=root
AuthInfo=socket=DIR/munge/socket
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SlurmdParameters=config_overrides
StateSaveLocation=DIR/state
SlurmdSpoolDir=DIR/spool-%n
SlurmdPidFile=DIR/%n.pid
SlurmctldPidFile=DIR/slurmctld.pid
SlurmdLogFile=DIR/%n.log
SlurmctldLogFile=DIR/slurmctld.log
ReturnToService=2
SlurmdTimeout=10
KillWait=2
MaxArraySize=33
MailProg=/bin/true
SchedulerParameters=sched_min_interval=10000,batch_sched_delay=0,sched_interval=1
PartitionName=all Nodes=n1,n2,n3 Default=YES MaxTime=INFINITE State=UP
SlurmctldPort=` + ports[0] + "\n"
	for n := range nodes {
		conf += fmt.Sprintf("NodeName=n%d NodeHostname=HOST NodeAddr=127.0.0.1 Port=%s CPUs=2 RealMemory=1000\n", n+1, ports[n+1])
	}
	conf = strings.NewReplacer("HOST", host, "DIR", c.dir, "SlurmctldHost=HOST", "SlurmctldHost="+host, "NodeHostname=HOST", "NodeHostname="+host).Replace(conf)
	must(c.t, os.WriteFile(c.path("slurm.conf"), []byte(conf), 0o644))
}

// start starts a daemon and has it started again whenever it is killed.
func (c *cluster) start(d *daemon) {
	c.daemons = append(c.daemons, d)
	c.run(d)
}

func (c *cluster) run(d *daemon) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cmd = c.group.Command(context.Background(), os.Environ(), d.name, d.args...)
	must(c.t, d.cmd.Start())
	go func(cmd *exec.Cmd) { _ = cmd.Wait() }(d.cmd)
}

// kill kills a daemon and starts it anew after a moment.
func (c *cluster) kill(d *daemon, after time.Duration) {
	d.mu.Lock()
	_ = d.cmd.Process.Kill()
	d.mu.Unlock()
	time.Sleep(after)
	c.run(d)
}

// register does what an administrator does for nodes that a controller which was killed does not
// know any more, or thinks busy with jobs whose end it missed: it starts them anew, and resumes
// those that were drained.
func (c *cluster) register() {
	for _, node := range c.daemons[1:] {
		c.kill(node, 0)
	}
	_ = exec.Command("scontrol", "update", fmt.Sprintf("nodename=n[1-%d]", nodes), "state=resume").Run()
}

// tell says what the cluster is at, for when a test fails.
func (c *cluster) tell() string {
	queue, _ := exec.Command("squeue", "--array").CombinedOutput()
	nodes, _ := exec.Command("sinfo", "-N", "-l").CombinedOutput()
	log, _ := os.ReadFile(c.path("slurmctld.log"))
	for n := range 3 {
		l, _ := os.ReadFile(c.path(fmt.Sprintf("n%d.log", n+1)))
		log = append(log, l...)
	}
	return fmt.Sprintf("%s\n%s\n%s", queue, nodes, log)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
