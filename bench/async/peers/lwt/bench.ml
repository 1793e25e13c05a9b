(* SPDX-License-Identifier: ISC *)
(* Lwt: the workloads of bench.h on promises.  A fiber is a chain of binds, a
   channel of capacity 1 an mvar, a yield a pause, a sleep Lwt_unix.sleep. *)
open Lwt.Infix

let batch = 1000
let ring = 503
let pending = 10000

let began = ref 0.

let start () =
  Gc.full_major ();
  began := Sys.time ()

let report name value = Printf.printf "%s %.5g\n%!" name value

let stop name count =
  report name ((Sys.time () -. !began) *. 1e9 /. float_of_int count)

let resident () =
  let file = open_in "/proc/self/statm" in
  let line = input_line file in
  close_in file;
  4096 * int_of_string (List.nth (String.split_on_char ' ' line) 1)

(* 63 bits here, so another generator: what counts is that it is cheap. *)
let seed = ref 88172645463325252

let sleep_length () =
  seed := !seed lxor (!seed lsl 13);
  seed := !seed lxor (!seed lsr 7);
  seed := !seed lxor (!seed lsl 17);
  0.001 +. float_of_int (abs !seed mod 999_000_000) *. 1e-9

let rec yields n = if n = 0 then Lwt.return_unit else Lwt.pause () >>= fun () -> yields (n - 1)

let w1 count =
  start ();
  Lwt_main.run (Lwt.join [ yields (count / 2); yields (count / 2) ]);
  stop "W1" count

let w2 count =
  let there = Lwt_mvar.create_empty () and back = Lwt_mvar.create_empty () in
  let rec ping n =
    if n = 0 then Lwt.return_unit
    else Lwt_mvar.put there n >>= fun () -> Lwt_mvar.take back >>= fun _ -> ping (n - 1)
  and pong n =
    if n = 0 then Lwt.return_unit
    else Lwt_mvar.take there >>= fun v -> Lwt_mvar.put back v >>= fun () -> pong (n - 1)
  in
  start ();
  Lwt_main.run (Lwt.join [ ping count; pong count ]);
  stop "W2" count

let batches count body =
  let rec go n =
    if n <= 0 then Lwt.return_unit
    else Lwt.join (List.init batch body) >>= fun () -> go (n - batch)
  in
  Lwt_main.run (go count)

let spawn name body count =
  batches batch body;
  start ();
  batches count body;
  stop name count

let w3 = spawn "W3" (fun _ -> Lwt.return_unit)
let w3y = spawn "W3y" (fun _ -> Lwt.pause ())

let sum = ref 0

let w4 count =
  start ();
  for _ = 1 to count / batch do
    let all = Array.init batch (fun _ -> Lwt.wait ()) in
    Array.iter (fun (p, _) -> Lwt.on_success p (fun v -> sum := !sum + v)) all;
    Array.iter (fun (_, u) -> Lwt.wakeup_later u 1) all
  done;
  stop "W4" count

let w4c count =
  start ();
  for _ = 1 to count / batch do
    let next = ref None in
    for _ = 1 to batch do
      let p, u = Lwt.wait () in
      let after = !next in
      Lwt.on_success p (fun v ->
          match after with None -> () | Some u -> Lwt.wakeup_later u (v + 1));
      next := Some u
    done;
    Option.iter (fun u -> Lwt.wakeup_later u 1) !next
  done;
  stop "W4c" count

let w5a count =
  start ();
  let from = Unix.gettimeofday () in
  Lwt_main.run (Lwt.join (List.init count (fun _ -> Lwt_unix.sleep (sleep_length ()))));
  stop "W5a" count;
  report "W5a-end" (Unix.gettimeofday () -. from)

let forgive p = Lwt.on_failure p ignore

let w5b count =
  start ();
  let all = Array.init count (fun _ -> Lwt_unix.sleep (3600. +. sleep_length ())) in
  Array.iter (fun p -> forgive p; Lwt.cancel p) all;
  stop "W5b" count

let w5c count =
  let others = Array.init pending (fun _ -> Lwt_unix.sleep (3600. +. sleep_length ())) in
  start ();
  for _ = 1 to count do
    let p = Lwt_unix.sleep (3600. +. sleep_length ()) in
    forgive p;
    Lwt.cancel p
  done;
  stop "W5c" count;
  ignore (Sys.opaque_identity others)

let w6t count =
  let before = resident () in
  let all = Array.init count (fun _ -> Lwt_unix.sleep (3600. +. sleep_length ())) in
  report "W6t" (float_of_int (resident () - before) /. float_of_int count);
  ignore (Sys.opaque_identity all)

let w7 count =
  let boxes = Array.init ring (fun _ -> Lwt_mvar.create_empty ()) in
  let finished, finish = Lwt.wait () in
  let rec hop i =
    Lwt_mvar.take boxes.(i) >>= fun v ->
    if v = 0 then (Lwt.wakeup_later finish (); Lwt.return_unit)
    else Lwt_mvar.put boxes.((i + 1) mod ring) (v - 1) >>= fun () -> hop i
  in
  for i = 0 to ring - 1 do
    Lwt.async (fun () -> hop i)
  done;
  start ();
  Lwt_main.run (Lwt_mvar.put boxes.(0) count >>= fun () -> finished);
  stop "W7" count

let table =
  [ "W1", w1, 1_000_000; "W2", w2, 1_000_000; "W3", w3, 4_000_000;
    "W3y", w3y, 1_000_000; "W4", w4, 4_000_000; "W4c", w4c, 4_000_000;
    "W5a", w5a, 1_000_000; "W5b", w5b, 1_000_000; "W5c", w5c, 1_000_000;
    "W6t", w6t, 1_000_000; "W7", w7, 2_000_000 ]

let () =
  match List.find_opt (fun (name, _, _) -> name = Sys.argv.(1)) table with
  | Some (_, run, count) ->
    run (if Array.length Sys.argv > 2 then int_of_string Sys.argv.(2) else count);
    exit 0
  | None | (exception _) ->
    prerr_endline "usage: lwt WORKLOAD [COUNT]";
    exit 2
