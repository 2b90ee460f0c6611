package main
import ("os";"syscall";"time";"strconv")
func clock(n string){ var u syscall.Rusage; syscall.Getrusage(0,&u); os.Stderr.WriteString("@@ "+n+" cpu "+strconv.FormatFloat(float64(u.Utime.Nano())/1e9,'f',1,64)+" "+time.Now().Format("15:04:05")+"\n") }
