package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
	"github.com/vmware/govmomi/vim25/xml"
)

// Action is what happens instead of, or around, the call.
type Action struct {
	Kind    string          `json:"kind"` // fault slow hang drop respond
	Fault   string          `json:"fault"`
	Fields  json.RawMessage `json:"fields"`
	Message string          `json:"message"`
	Direct  bool            `json:"direct"` // the call itself fails, not the task that it starts
	Seconds float64         `json:"seconds"`
	Status  int             `json:"status"`
}

// Rule chooses calls by method and by the names that they mention; Times is how often it acts, nil for always.
type Rule struct {
	Method, Name   string
	Action         Action
	Skip           int
	Times          *int
	Matched, Fired int
	method, name   *regexp.Regexp
}

// Faults stands before the simulator: it applies rules, and what a real vCenter enforces and the library does not.
type Faults struct {
	working sync.Mutex
	next     http.Handler
	taskTime time.Duration
	mu       sync.Mutex
	rules    []*Rule
	calls    map[string]int
	pending  sync.Map // task reference -> channel that a cancellation closes
}

func (f *Faults) addRule(body []byte) (interface{}, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(body) == 0 {
		return f.rules, nil
	}
	rule := &Rule{}
	var err error
	if err = json.Unmarshal(body, rule); err != nil {
		return nil, err
	}
	if rule.method, err = regexp.Compile("^(?:" + rule.Method + ")$"); err != nil {
		return nil, err
	}
	if rule.name, err = regexp.Compile(rule.Name); err != nil {
		return nil, err
	}
	if rule.Action.Kind == "fault" {
		if _, err = rule.Action.fault(); err != nil {
			return nil, err
		}
	}
	f.rules = append(f.rules, rule)
	return len(f.rules) - 1, nil
}

func (f *Faults) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules, f.calls = nil, nil
}

func (f *Faults) counts() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	counts := map[string]int{}
	for name, count := range f.calls {
		counts[name] = count
	}
	return counts
}

// match counts the call and gives what is to happen to it.
func (f *Faults) match(method string, names []string) *Action {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calls == nil {
		f.calls = map[string]int{}
	}
	f.calls[method]++
	for _, rule := range f.rules {
		if !rule.method.MatchString(method) || !mentions(rule.name, names) {
			continue
		}
		rule.Matched++
		if rule.Matched <= rule.Skip || (rule.Times != nil && rule.Fired >= *rule.Times) {
			continue
		}
		rule.Fired++
		return &rule.Action
	}
	return nil
}

func mentions(pattern *regexp.Regexp, names []string) bool {
	for _, name := range names {
		if pattern.MatchString(name) {
			return true
		}
	}
	return pattern.String() == ""
}

func (f *Faults) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || !strings.HasPrefix(r.URL.Path, "/sdk") {
		f.next.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	call, err := simulator.UnmarshalBody(typeOf, body)
	if err != nil {
		f.next.ServeHTTP(w, r)
		return
	}
	if !open(call) && !authenticated(r) {
		answerFault(w, "The session is not authenticated.", &types.NotAuthenticated{
			NoPermission: types.NoPermission{Object: call.This, PrivilegeId: "System.View"},
		})
		return
	}
	action := f.match(strings.TrimSuffix(call.Name, "_Task"), namesOf(call))
	switch {
	case action == nil:
		f.serve(w, r, call, body)
	case action.Kind == "respond":
		w.WriteHeader(action.Status)
	case action.Kind == "hang":
		time.Sleep(seconds(action.Seconds))
		cut(w)
	case action.Kind == "drop":
		f.serve(httptest.NewRecorder(), r, call, body)
		cut(w)
	case action.Kind == "slow" && isTask(call):
		f.postpone(w, r, call, body, seconds(action.Seconds))
	case action.Kind == "slow":
		time.Sleep(seconds(action.Seconds))
		f.serve(w, r, call, body)
	default:
		fault, _ := action.fault()
		if isTask(call) && !action.Direct {
			answerTask(w, call, failing(call, fault, action.Message))
		} else {
			answerFault(w, action.Message, fault)
		}
	}
}

// serve passes the call on, unless a real vCenter would refuse it, and mends what the library leaves undone.
func (f *Faults) serve(w http.ResponseWriter, r *http.Request, call *simulator.Method, body []byte) {
	if cancel, ok := call.Body.(*types.CancelTask); ok {
		f.cancelTask(w, cancel.This)
		return
	}
	if f.taskTime > 0 && isTask(call) {
		f.postpone(w, r, call, body, f.taskTime)
		return
	}
	f.act(w, r, call)
}

func (f *Faults) act(w http.ResponseWriter, r *http.Request, call *simulator.Method) {
	if isTask(call) {
		// What is checked first has to hold until the task has done its work.
		f.working.Lock()
		defer f.working.Unlock()
	}
	if fault := duplicateName(call); fault != nil && isTask(call) {
		answerTask(w, call, failing(call, fault, "The name already exists."))
		return
	}
	if fault := concurrentAccess(call); fault != nil {
		answerTask(w, call, failing(call, fault, "The virtual machine has changed since."))
		return
	}
	mend := prepare(call)
	recorder := httptest.NewRecorder()
	f.next.ServeHTTP(recorder, r)
	mend(taskIn(recorder.Body.Bytes()))
	for key, values := range recorder.Header() {
		w.Header()[key] = values
	}
	w.WriteHeader(recorder.Code)
	_, _ = w.Write(typedFields(call, recorder.Body.Bytes()))
}

// postpone answers with a task that runs, and lets the simulator do the work later.
func (f *Faults) postpone(w http.ResponseWriter, r *http.Request, call *simulator.Method, body []byte, wait time.Duration) {
	cancelled := make(chan struct{})
	task := simulator.CreateTask(call.This, lower(call.Name), func(*simulator.Task) (types.AnyType, types.BaseMethodFault) {
		select {
		case <-cancelled:
			return nil, &types.RequestCanceled{}
		case <-time.After(wait):
		}
		again := r.Clone(r.Context())
		again.Body = io.NopCloser(bytes.NewReader(body))
		recorder := httptest.NewRecorder()
		f.act(recorder, again, call)
		done := taskIn(recorder.Body.Bytes())
		if done == nil {
			return nil, &types.InvalidState{}
		}
		if done.Info.Error != nil {
			return nil, done.Info.Error.Fault
		}
		return done.Info.Result, nil
	})
	f.pending.Store(task.Self, cancelled)
	go func() {
		task.Run()
		f.pending.Delete(task.Self)
	}()
	answerTask(w, call, task)
}

func (f *Faults) cancelTask(w http.ResponseWriter, ref types.ManagedObjectReference) {
	cancelled, waits := f.pending.LoadAndDelete(ref)
	if !waits {
		answerFault(w, "the task is over", &types.InvalidState{})
		return
	}
	close(cancelled.(chan struct{}))
	fmt.Fprintf(w, envelope, `<CancelTaskResponse xmlns="urn:vim25"/>`)
}

const envelope = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>%s</soapenv:Body></soapenv:Envelope>`

func answerTask(w http.ResponseWriter, call *simulator.Method, task *simulator.Task) {
	answer := `<%[1]sResponse xmlns="urn:vim25"><returnval type="Task">%[2]s</returnval></%[1]sResponse>`
	fmt.Fprintf(w, envelope, fmt.Sprintf(answer, call.Name, task.Self.Value))
}

func answerFault(w http.ResponseWriter, message string, fault types.BaseMethodFault) {
	w.WriteHeader(http.StatusInternalServerError)
	kind := reflect.TypeOf(fault).Elem().Name()
	var detail bytes.Buffer
	encoder := xml.NewEncoder(&detail)
	_ = encoder.EncodeElement(fault, xml.StartElement{Name: xml.Name{Local: kind + "Fault"}, Attr: []xml.Attr{
		{Name: xml.Name{Local: "xmlns"}, Value: "urn:vim25"}, {Name: xml.Name{Local: "xsi:type"}, Value: kind},
	}})
	answer := `<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>%s</faultstring><detail>%s</detail></soapenv:Fault>`
	fmt.Fprintf(w, envelope, fmt.Sprintf(answer, escape(message), detail.String()))
}

// failing is a task that has already failed.
func failing(call *simulator.Method, fault types.BaseMethodFault, message string) *simulator.Task {
	task := simulator.CreateTask(call.This, lower(call.Name), func(*simulator.Task) (types.AnyType, types.BaseMethodFault) {
		return nil, fault
	})
	task.Run()
	task.Info.Error.LocalizedMessage = message
	return task
}

// fault makes the named fault, with the fields that are given.
func (a Action) fault() (types.BaseMethodFault, error) {
	kind, known := types.TypeFunc()(a.Fault)
	if !known {
		return nil, fmt.Errorf("no fault %q", a.Fault)
	}
	value := reflect.New(kind).Interface()
	if len(a.Fields) > 0 {
		if err := json.Unmarshal(a.Fields, value); err != nil {
			return nil, err
		}
	}
	fault, ok := value.(types.BaseMethodFault)
	if !ok {
		return nil, fmt.Errorf("%q is no fault", a.Fault)
	}
	if a.Message != "" {
		fault.GetMethodFault().FaultMessage = []types.LocalizableMessage{{Key: "lab", Message: a.Message}}
	}
	return fault, nil
}

// namesOf are the names that a call mentions: the object's own, its note, and those in the request.
func namesOf(call *simulator.Method) []string {
	var names []string
	if entity, ok := simulator.Map.Get(call.This).(mo.Entity); ok {
		names = append(names, nameOf(entity))
	}
	if vm, ok := simulator.Map.Get(call.This).(*simulator.VirtualMachine); ok && vm.Config != nil {
		names = append(names, vm.Config.Annotation)
	}
	switch body := call.Body.(type) {
	case *types.CloneVM_Task:
		names = append(names, body.Name)
	case *types.CreateVM_Task:
		names = append(names, body.Config.Name)
	case *types.Rename_Task:
		names = append(names, body.NewName)
	case *types.CreateFolder:
		names = append(names, body.Name)
	case *types.CreateResourcePool:
		names = append(names, body.Name)
	case *types.AddDVPortgroup_Task:
		for _, spec := range body.Spec {
			names = append(names, spec.Name)
		}
	}
	return names
}

// open says whether the call needs no session.
func open(call *simulator.Method) bool {
	switch call.Name {
	case "RetrieveServiceContent", "Login", "LoginByToken", "CloneSession":
		return true
	}
	return call.This.Type == "ServiceInstance" || call.This.Type == "SessionManager"
}

func authenticated(r *http.Request) bool {
	cookie, err := r.Cookie(soap.SessionCookieName)
	if err != nil {
		return false
	}
	for _, key := range sessionKeys() {
		// pyVmomi sends the value with the quotation marks of the Set-Cookie header.
		if key == strings.Trim(cookie.Value, `"`) {
			return true
		}
	}
	return false
}

func typeOf(name string) (reflect.Type, bool) {
	found, ok := types.TypeFunc()(name)
	if parts := strings.SplitN(name, ":", 2); !ok && len(parts) == 2 {
		return types.TypeFunc()(parts[1])
	}
	return found, ok
}

func isTask(call *simulator.Method) bool { return strings.HasSuffix(call.Name, "_Task") }

func lower(name string) string {
	return strings.ToLower(name[:1]) + strings.TrimSuffix(name[1:], "_Task") + "Task" // the library makes CloneVM_Task of cloneVMTask
}

func seconds(value float64) time.Duration { return time.Duration(value * float64(time.Second)) }

func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

func cut(w http.ResponseWriter) {
	if connection, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = connection.Close()
	}
}

var taskPattern = regexp.MustCompile(`<returnval[^>]*type="Task"[^>]*>([^<]+)<`)

// taskIn is the task that an answer names, or nil. Only short answers are searched.
func taskIn(answer []byte) *simulator.Task {
	if len(answer) > 4096 {
		return nil
	}
	found := taskPattern.FindSubmatch(answer)
	if found == nil {
		return nil
	}
	task, _ := simulator.Map.Get(types.ManagedObjectReference{Type: "Task", Value: string(found[1])}).(*simulator.Task)
	return task
}
