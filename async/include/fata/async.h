/* SPDX-License-Identifier: ISC */
/* Everything of async at once; docs/async.md explains the model. */
#ifndef FATA_ASYNC_H
#define FATA_ASYNC_H

#include <fata/broadcast.h>
#include <fata/channel.h>
#include <fata/choice.h>
#include <fata/condition.h>
#include <fata/each.h>
#include <fata/error.h>
#include <fata/event.h>
#include <fata/every.h>
#include <fata/fiber.h>
#include <fata/group.h>
#include <fata/job.h>
#include <fata/lazy.h>
#include <fata/limiter.h>
#include <fata/local.h>
#include <fata/mutex.h>
#include <fata/promise.h>
#include <fata/retry.h>
#include <fata/sched.h>
#include <fata/scope.h>
#include <fata/sleep.h>
#include <fata/stacks.h>
#include <fata/throttle.h>
#include <fata/time.h>
#include <fata/time_source.h>
#include <fata/timer.h>
#include <fata/waiter.h>

#endif
