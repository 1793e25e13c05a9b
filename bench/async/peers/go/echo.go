// SPDX-License-Identifier: ISC

package main

import (
	"net"
	"os"
	"strconv"
)

// W8: echoes on the port that it is given (`W8 PORT`), a goroutine for each
// connection, until it is killed.
func echo(port int) {
	listener, err := net.Listen("tcp4", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		println(err.Error())
		os.Exit(1)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			os.Exit(1)
		}
		go func() {
			buffer := make([]byte, 4096)
			for {
				n, err := connection.Read(buffer)
				if err != nil {
					connection.Close()
					return
				}
				connection.Write(buffer[:n])
			}
		}()
	}
}
