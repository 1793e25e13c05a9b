/* SPDX-License-Identifier: ISC */
/* lwIP's timers, run only while they have something to do.  lwIP would tick
 * for ever, ten times a second; an image that does nothing wakes once a minute
 * here.  Two kinds: TCP's tick, which stops while no connection waits for it,
 * and makes up for the time it missed; and a table of others. */
#include "internal.h"

#include <fata/platform.h>
#include <fata/sched.h>
#include <hooks.h>
#include <lwip/dhcp.h>
#include <lwip/etharp.h>
#include <lwip/icmp6.h>
#include <lwip/ip4_frag.h>
#include <lwip/ip6_frag.h>
#include <lwip/mld6.h>
#include <lwip/nd6.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/prot/icmp6.h>
#include <lwip/prot/ip4.h>
#include <lwip/prot/ip6.h>

#define TICK FATA_MS(TCP_TMR_INTERVAL)
#define SLOW FATA_MS(TCP_SLOW_INTERVAL)

/* Neighbours need a timer of a second while we talk to them, and this long
 * after: longer than any of their protocols keeps still. */
#define TALK FATA_S(10)
#define REST FATA_S(60) /* the step otherwise */

/* Of the stack that lwIP runs for. */
#define timers (fata__net->ticks)

/* --- TCP --- */

/* How long until `age` of slow ticks is over, in slow ticks. */
static uint32_t remaining(const struct tcp_pcb *pcb, uint32_t age)
{
    uint32_t old = tcp_ticks - pcb->tmr;
    return old > age ? 0 : age - old + 1;
}

/* Slow ticks for which a connection needs no timer; UINT32_MAX: for ever. */
static uint32_t rest(const struct tcp_pcb *pcb)
{
    if (pcb->unsent != NULL || pcb->unacked != NULL || pcb->ooseq != NULL ||
        pcb->refused_data != NULL || pcb->rtime >= 0 ||
        pcb->persist_backoff > 0 ||
        (pcb->flags &
         (TF_ACK_DELAY | TF_ACK_NOW | TF_CLOSEPEND | TF_NAGLEMEMERR)) != 0)
        return 0;
    switch (pcb->state) {
    case ESTABLISHED:
    case CLOSE_WAIT:
        if (!ip_get_option(pcb, SOF_KEEPALIVE))
            return UINT32_MAX;
        return remaining(
            pcb, (pcb->keep_idle + pcb->keep_cnt_sent * pcb->keep_intvl) /
                     TCP_SLOW_INTERVAL);
    case FIN_WAIT_2:
        if ((pcb->flags & TF_RXCLOSED) == 0)
            return UINT32_MAX;
        return remaining(pcb, TCP_FIN_WAIT_TIMEOUT / TCP_SLOW_INTERVAL);
    case TIME_WAIT:
        return remaining(pcb, 2 * TCP_MSL / TCP_SLOW_INTERVAL);
    default:
        return 0;
    }
}

static uint32_t rest_of_all(void)
{
    uint32_t least = UINT32_MAX;
    for (const struct tcp_pcb *p = tcp_active_pcbs; p != NULL && least > 0;
         p = p->next)
        least = LWIP_MIN(least, rest(p));
    for (const struct tcp_pcb *p = tcp_tw_pcbs; p != NULL && least > 0;
         p = p->next)
        least = LWIP_MIN(least, rest(p));
    return least;
}

/* Ticks that were not run because nothing waited for them. */
static void catch_up(fata_time_t now)
{
    fata_time_t missed = (now - timers.tcp_ran) / SLOW;
    tcp_ticks += (uint32_t)missed;
    timers.tcp_ran += missed * SLOW;
}

static void tcp_start(fata_time_t at)
{
    timers.tcp_next = at;
    fata_timer_start(fata__net->sched, &timers.tcp, at);
}

/* A timer fires for its stack. */
static void switch_to(struct fata__timers *t)
{
    fata__net_switch(FATA_CONTAINER(t, struct fata_stack, ticks));
}

static void tcp_tick(struct fata_timer *timer)
{
    fata_time_t now = fata_now();
    switch_to(FATA_CONTAINER(timer, struct fata__timers, tcp));
    if (now - timers.tcp_ran >= 2 * SLOW)
        catch_up(now - SLOW);
    uint32_t before = tcp_ticks;
    tcp_tmr(); /* every second time it is a slow tick */
    if (tcp_ticks != before)
        timers.tcp_ran = now;
    /* While packets come and go something waits for a tick, most likely; to
     * look at all connections is for when it is quiet. */
    uint32_t least = timers.busy ? 0 : rest_of_all();
    timers.busy = false;
    tcp_start(least == 0           ? now + TICK
              : least < UINT32_MAX ? now + least * SLOW
                                   : FATA_NEVER);
    fata__net_settle();
}

/* lwIP has made a connection; fata__net_enter has seen to it. */
void tcp_timer_needed(void)
{
}

/* --- the others --- */

static bool tentative(const struct netif *netif)
{
    for (int i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
        if (ip6_addr_istentative(netif_ip6_addr_state(netif, i)))
            return true;
    return false;
}

/* Runs a timer of a second as often as seconds have gone by; after a rest of
 * REST that is a bounded number of calls. */
static void neighbours(fata_time_t span)
{
    fata_time_t calls = span / FATA_S(1);
    if (calls > 2 * (REST / FATA_S(1)))
        calls = 2 * (REST / FATA_S(1));
    for (; calls > 0; calls--) {
        etharp_tmr();
        nd6_tmr();
    }
}

static void run(enum fata__timer which, fata_time_t span)
{
    switch (which) {
    case NEIGHBOURS:
        neighbours(span);
        break;
    case DHCP_FINE:
        dhcp_fine_tmr();
        break;
    case DHCP_COARSE:
        dhcp_coarse_tmr();
        break;
    case REASSEMBLY:
        ip_reass_tmr();
        ip6_reass_tmr();
        timers.fragments_ms -= IP_TMR_INTERVAL;
        break;
    case MLD:
        mld6_tmr();
        break;
    case OTHERS:
        break;
    }
}

/* The span after which it must run again; FATA_NEVER: it has nothing to do. */
static fata_time_t span_of(enum fata__timer which, fata_time_t now)
{
    const struct netif *netif = &fata__net->netif;
    const struct dhcp *dhcp = netif_dhcp_data(netif);

    switch (which) {
    case NEIGHBOURS:
        return now < timers.talked + TALK || tentative(netif) ? FATA_S(1)
                                                              : REST;
    case DHCP_FINE:
        return dhcp != NULL && dhcp->request_timeout > 0
                   ? FATA_MS(DHCP_FINE_TIMER_MSECS)
                   : FATA_NEVER;
    case DHCP_COARSE:
        return dhcp != NULL ? FATA_MS(DHCP_COARSE_TIMER_MSECS) : FATA_NEVER;
    case REASSEMBLY:
        return timers.fragments_ms > 0 ? FATA_MS(IP_TMR_INTERVAL) : FATA_NEVER;
    case MLD:
        for (const struct mld_group *g = netif_mld6_data(netif); g != NULL;
             g = g->next)
            if (g->timer > 0)
                return FATA_MS(MLD6_TMR_INTERVAL);
        return FATA_NEVER;
    case OTHERS:
        break;
    }
    return FATA_NEVER;
}

/* Sets what is due when, and the timer to the first. */
void fata__net_settle(void)
{
    fata_time_t first = FATA_NEVER, now = fata_now();

    for (int i = 0; i < OTHERS; i++) {
        fata_time_t span = span_of(i, now);
        if (timers.due[i] == FATA_NEVER)
            timers.ran[i] = now; /* it did not run: from now on */
        timers.due[i] = fata_time_add(timers.ran[i], span);
        if (timers.due[i] < first)
            first = timers.due[i];
    }
    if (first != timers.other_next) {
        timers.other_next = first;
        fata_timer_start(fata__net->sched, &timers.other, first);
    }
    fata__interface_settle();
}

static void other_tick(struct fata_timer *timer)
{
    fata_time_t now = fata_now();
    switch_to(FATA_CONTAINER(timer, struct fata__timers, other));
    timers.other_next = FATA_NEVER;
    for (int i = 0; i < OTHERS; i++) {
        if (timers.due[i] > now)
            continue;
        fata_time_t span = now - timers.ran[i];
        timers.ran[i] = now;
        run(i, span);
    }
    fata__net_settle();
}

/* --- from outside --- */

void fata__net_timers_active(void)
{
    timers.talked = fata_now();
}

/* Before lwIP looks at its ticks they must be right; and what it is going to do
 * may need them, so TCP ticks at least once more. */
void fata__net_enter(struct fata_stack *stack)
{
    fata_time_t now = fata_now();
    fata__net_switch(stack);
    timers.busy = true;
    if (timers.tcp_next > now + TICK) {
        catch_up(now);
        tcp_start(now + TICK);
    }
    if (now - timers.ran[NEIGHBOURS] >= FATA_S(2)) {
        neighbours(now - timers.ran[NEIGHBOURS]);
        timers.ran[NEIGHBOURS] = now;
    }
}

int fata__lwip_ip4_input(const struct pbuf *p)
{
    const struct ip_hdr *header = p->payload;
    if (p->len >= IP_HLEN &&
        (IPH_OFFSET(header) & PP_HTONS(IP_OFFMASK | IP_MF)) != 0)
        timers.fragments_ms = (IP_REASS_MAXAGE + 1) * IP_TMR_INTERVAL;
    return 0;
}

/* The same; a fragment's header may follow others. */
int fata__lwip_ip6_input(const struct pbuf *p)
{
    const struct ip6_hdr *header = p->payload;
    const uint8_t *rest = (const uint8_t *)p->payload + IP6_HLEN;
    if (p->len <= IP6_HLEN)
        return 0;
    /* Multicast listeners report behind a hop-by-hop header. */
    switch (IP6H_NEXTH(header) == IP6_NEXTH_HOPBYHOP ? rest[0]
                                                     : IP6H_NEXTH(header)) {
    case IP6_NEXTH_TCP:
    case IP6_NEXTH_UDP:
    case IP6_NEXTH_ICMP6:
        break;
    default:
        timers.fragments_ms = (IPV6_REASS_MAXAGE + 1) * IP6_REASS_TMR_INTERVAL;
    }
    return 0;
}

void fata__net_timers_init(void)
{
    fata_timer_init(&timers.tcp, tcp_tick);
    fata_timer_init(&timers.other, other_tick);
    timers.tcp_ran = fata_now();
    timers.tcp_next = timers.other_next = FATA_NEVER;
    for (int i = 0; i < OTHERS; i++) {
        timers.due[i] = FATA_NEVER;
        timers.ran[i] = timers.tcp_ran;
    }
}
