// A vCenter for tests: govmomi's simulator with a model of our own, served over TLS on the loopback interface.
// When it listens it prints one line of JSON that says where; it ends when its standard input does, or on SIGTERM.
package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/vmware/govmomi/simulator"
	_ "github.com/vmware/govmomi/vapi/simulator"
)

func main() {
	seed := Seed{}
	flag.IntVar(&seed.Clusters, "clusters", 1, "clusters, each one availability zone")
	flag.IntVar(&seed.Hosts, "hosts", 2, "hosts a cluster")
	flag.IntVar(&seed.Datastores, "datastores", 1, "datastores, mounted by every host")
	flag.IntVar(&seed.VMs, "vms", 0, "running VMs, evenly over the clusters")
	flag.IntVar(&seed.Folders, "folders", 0, "folders that the VMs are spread over")
	flag.IntVar(&seed.Snapshots, "snapshot-every", 0, "every so manieth VM has a snapshot; 0: none")
	port := flag.Int("port", 0, "port; 0: any free one")
	user := flag.String("user", "administrator@vsphere.local", "the only account")
	ca := flag.String("ca", "ca.pem", "where the certificate authority's certificate is written")
	delay := flag.Int("delay-ms", 0, "delay of every call")
	tasks := flag.Int("task-ms", 0, "time that every task takes")
	watch := flag.Bool("watch-stdin", false, "end when the standard input does")
	verbose := flag.Bool("verbose", false, "the library's log on the standard error")
	flag.Parse()
	if !*verbose {
		log.SetOutput(io.Discard)
	}
	model, err := seed.plant()
	if err != nil {
		fail(err)
	}
	defer model.Remove()
	certificate, err := certify(*ca)
	if err != nil {
		fail(err)
	}
	server := &Server{address: net.JoinHostPort("127.0.0.1", strconv.Itoa(*port)), certificate: certificate}
	model.Service.Listen = &url.URL{Host: server.address, User: url.UserPassword(*user, os.Getenv("LAB_VCENTER_PASSWORD"))}
	model.Service.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	model.Service.RegisterEndpoints = true
	// The library's own listener only chooses the port: ours can be stopped and started again.
	inner := model.Service.NewServer()
	server.address = inner.Listener.Addr().String()
	inner.Close()
	model.DelayConfig.Delay = *delay
	server.faults = &Faults{next: inner.Config.Handler, taskTime: time.Duration(*tasks) * time.Millisecond}
	simulator.Map.Put(newCollector())
	server.performance = newPerformance()
	simulator.Map.Put(server.performance)
	if err := server.start(); err != nil {
		fail(err)
	}
	control, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	go func() { _ = http.Serve(control, server.control()) }()
	_ = json.NewEncoder(os.Stdout).Encode(map[string]string{
		"address": server.address, "control": "http://" + control.Addr().String() + "/__lab__",
	})
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	if *watch {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			ended <- syscall.SIGTERM
		}()
	}
	<-ended
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// Server is the TLS front of the simulator; it can go away for a while and come back at the same address.
type Server struct {
	mu          sync.Mutex
	address     string
	certificate tls.Certificate
	faults      *Faults
	performance *Performance
	running     *http.Server
}

func (s *Server) start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	listener, err := net.Listen("tcp", s.address)
	if err != nil {
		return err
	}
	s.running = &http.Server{
		Handler:   s.faults,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{s.certificate}, MinVersion: tls.VersionTLS12},
		ErrorLog:  log.New(io.Discard, "", 0),
	}
	go func(running *http.Server) { _ = running.ServeTLS(listener, "", "") }(s.running)
	return nil
}

func (s *Server) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.running.Close()
}

// control answers the tests' own requests: plain HTTP on a port of its own, so that it works while the vCenter is down.
func (s *Server) control() http.Handler {
	mux := http.NewServeMux()
	handle := func(path string, act func(body []byte) (interface{}, error)) {
		mux.HandleFunc("/__lab__/"+path, func(w http.ResponseWriter, r *http.Request) {
			var body bytes.Buffer
			_, _ = io.Copy(&body, r.Body)
			if r.Method == http.MethodDelete {
				s.faults.clear()
				return
			}
			answer, err := act(body.Bytes())
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			_ = json.NewEncoder(w).Encode(answer)
		})
	}
	handle("rules", s.faults.addRule)
	handle("calls", func([]byte) (interface{}, error) { return s.faults.counts(), nil })
	handle("expire", func([]byte) (interface{}, error) { return nil, expireSessions() })
	handle("stop", func([]byte) (interface{}, error) {
		s.stop()
		return nil, expireSessions()
	})
	handle("start", func([]byte) (interface{}, error) { return nil, s.start() })
	handle("rename", renameAll)
	handle("leave", spuriousLeaves)
	handle("metrics", func(body []byte) (interface{}, error) { return s.performance.plant(body) })
	handle("gap", func([]byte) (interface{}, error) { return loseFeeds(), nil })
	return mux
}
