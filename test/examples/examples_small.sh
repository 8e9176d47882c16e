# usage: examples_small.sh EMULATOR FOLDER_OF_THE_EXAMPLES
# Runs the small examples against emulators and reports as the Test Anything Protocol does.
set -euo pipefail
source scripts/common.sh
source test/examples/common.sh
emulator=$1
examples=$2

# emulator_at TOKENS_PER_SECOND: starts one; what is run from then on talks to it.
emulator_at() {
    start_emulator "$emulator" --tls --ca-file "$scratch/ca-$1.pem" --api-key right \
        --tokens-per-second "$1"
    processes+=("$emulator_pid")
    # SSL_CERT_FILE is OpenSSL's own.
    export HICAP_API_KEY=right HICAP_BASE_URL=$emulator_url SSL_CERT_FILE=$scratch/ca-$1.pem
}

# example NAME [ARGUMENT...]
example() {
    local name=$1
    shift
    run "$examples/example_$name" "$@" </dev/null
}

conversation_remembers() {
    run "$examples/example_chat_repl" <<<$'Who are you?\n\nAnd who am I?'
    # The system's, two questions, two answers.
    ((status == 0)) && writes out '^messages: 5$'
}

styles_agree() {
    example completion_styles
    ((status == 0)) && writes out '^coroutine: .' && writes out '^callback: .' &&
        writes out '^future: .' && (($(grep -c '^at once: .' "$scratch/out") == 2)) &&
        (($(sed 's/^[^:]*: //' "$scratch/out" | sort -u | wc -l) == 1))
}

configuration_is_accepted() {
    example configuration
    ((status == 0)) && writes out '^200 [1-9][0-9]* bytes of JSON$'
}

connections_are_opened_ahead_kept_and_closed() {
    example connections
    ((status == 0)) && [[ $(<"$scratch/out") == '8 opened ahead
8 opened, 8 times used again, 8 idle
8 closed' ]]
}

unix_sockets_take_the_place_of_the_network() {
    example connections "$scratch/nobody.socket"
    ((status == 1)) && writes err "^connections: .*$scratch/nobody\.socket"
}

keys_are_renewed() {
    example credentials
    ((status == 0)) && (($(grep -c '^[21] attempts: .' "$scratch/out") == 2)) &&
        writes out '^2 attempts: ' && writes out '^1 attempts: '
}

prompts_are_fanned_out() {
    example fan_out 1000 32
    ((status == 0)) && writes out '^1000 answers, 0 errors, 32 connections$' &&
        writes err '\[={40}\] 1000/1000'
}

numbers_of_prompts_are_checked() {
    example fan_out 10 0
    ((status == 1)) && writes err '^fan_out: usage: ' || return 1
    example fan_out ten
    ((status == 1)) && writes err '^fan_out: usage: '
}

functions_are_called() {
    example function_calling
    ((status == 0 && $(lines out) > 1)) && (($(grep -c '^get_weather {"city":' "$scratch/out") == 1))
}

images_are_files() {
    local file
    mkdir "$scratch/images"
    example images "$scratch/images"
    ((status == 0)) || return 1
    for file in preview-0 preview-1 lighthouse{,-with-ship,-anew} anchor; do
        [[ $(head -c 4 "$scratch/images/$file.png" | tail -c 3) == PNG ]] || return 1
    done
}

calls_are_measured_and_logged() {
    example metrics
    ((status == 0)) && writes err '^hicap call .* ended completed status=200' &&
        writes out '^1 calls, 0 failed, first event after [1-9][0-9]* us, 1 connections idle$'
}

busy_services_are_asked_again() {
    example retries
    ((status == 0)) && [[ $(<"$scratch/out") == 'answered 503 503 200, slow down
429 after 1 attempts, retry after 3600000 ms
429 after 1 attempts, and no use in trying again
503 after 1 attempts' ]]
}

sessions_have_secrets() {
    example realtime
    ((status == 0)) && writes out '^a secret of [1-9][0-9]* bytes, good until [1-9][0-9]*$'
}

completions_are_kept() {
    example stored_chats
    ((status == 0)) && [[ $(head -n 3 "$scratch/out") == 'ticket 42
system: Answer in one sentence.
user: What is kept?' ]] && writes out '^answer: .'
}

output_has_its_structure() {
    example structured_output
    ((status == 0)) && writes out '^.+, -?[0-9]+ minutes$'
}

own_code_is_tested() {
    example testing
    ((status == 0 && $(grep -c '^ok - ' "$scratch/out") == 6))
}

one_client_serves_a_thread_pool() {
    example thread_pool
    ((status == 0)) && writes out '^[1-9][0-9]* characters in 40 answers, [1-9][0-9]* on a connection'
}

types_hold_what_is_newer() {
    example types
    ((status == 0)) && writes out '^1 choice, [1-9][0-9]* bytes of text$' &&
        writes out '^200 req_[0-9a-z]+, 1 attempt, [1-9][0-9]* bytes of JSON, application/json' &&
        [[ $(grep -vE '^(1 choice,|200) ' "$scratch/out") == 'content: null
refusal: not sent
audio: none
ended by paused
look {}
a call of the kind gesture: {"id":"call_2","type":"gesture","hand":"left"}
answered in north
{"type": "object"}' ]] &&
        writes err '^usage\.total_tokens: expected integer, found string$' && writes err 'byte 9'
}

answers_come_in_the_background() {
    example background_wait
    ((status == 0)) && writes out '^resp_[0-9a-z]+ is completed, [1-9][0-9]* tokens$' &&
        writes out '^messages asked: 1$'
}

answers_are_stopped() {
    emulator_at 50
    example cancellation
    ((status == 0)) && [[ $(sed -E 's/after [0-9]+/after N/; s/^[0-9]+ char/N char/' "$scratch/out") == 'cancelled
left after N characters
N characters within 50 ms
too late
shut down, 0 calls stopped' ]]
}

# start_tinyproxy: on a port that is free. Sets proxy_port.
start_tinyproxy() {
    local line attempt
    for attempt in 1 2 3 4 5 6 7 8; do
        proxy_port=$((20000 + RANDOM % 12000))
        printf 'Port %d\nListen 127.0.0.1\nLogLevel Info\nAllow 127.0.0.1\n' "$proxy_port" \
            >"$scratch/tinyproxy.conf"
        coproc proxy_io { exec tinyproxy -d -c "$scratch/tinyproxy.conf" 2>&1; }
        processes+=("$proxy_io_PID")
        exec {proxy_log}<&"${proxy_io[0]}"
        while IFS= read -r -t 30 line <&"$proxy_log"; do
            [[ $line != *'Accepting connections'* ]] || return 0
        done
    done
    echo "tinyproxy did not start: ${line:-}"
    return 1
}

proxy_is_used() {
    command -v tinyproxy >/dev/null || {
        echo '# proxy_is_used: there is no tinyproxy (scripts/install-deps test)'
        return "$skipped"
    }
    start_tinyproxy || return 1
    local authority=$SSL_CERT_FILE line
    run env -u SSL_CERT_FILE HTTPS_PROXY="http://127.0.0.1:$proxy_port" NO_PROXY= \
        "$examples/example_proxy" "$authority" </dev/null
    ((status == 0)) && [[ -s $scratch/out ]] || return 1
    while IFS= read -r -t 30 line <&"$proxy_log"; do
        [[ $line != *'CONNECT 127.0.0.1:'* ]] || return 0
    done
    return 1
}

failures_of_the_way_are_explained() {
    run env -u SSL_CERT_FILE -u HTTPS_PROXY "$examples/example_proxy" </dev/null
    ((status == 1)) && writes err 'give the file of the authority' || return 1
    run env HTTPS_PROXY=http://127.0.0.1:1 "$examples/example_proxy" </dev/null
    ((status == 1)) && writes err 'is HTTPS_PROXY right'
}

# start_relay [DESCRIPTORS]: sets relay_port, and relay_log to what it prints. It may have so many
# descriptors.
start_relay() {
    local line
    coproc relay_io {
        ulimit -n "${1:-256}"
        exec "$examples/example_sse_relay" 0 2>&1
    }
    processes+=("$relay_io_PID")
    exec {relay_log}<&"${relay_io[0]}"
    IFS= read -r -t 30 line <&"$relay_log"
    relay_port=${line##*:}
}

# ask_relay: opens `relay` and sends a question.
ask_relay() {
    local question='Are you there?'
    exec {relay}<>"/dev/tcp/127.0.0.1/$relay_port"
    printf 'POST / HTTP/1.1\r\nHost: relay\r\nContent-Length: %d\r\n\r\n%s' \
        "${#question}" "$question" >&"$relay"
}

# relay_sends TEXT: reads from `relay` until a line has this text.
relay_sends() {
    local line
    while IFS= read -r -t 30 line <&"$relay"; do
        printf '%s\n' "$line" >>"$scratch/out"
        [[ $line != *"$1"* ]] || return 0
    done
    return 1
}

relay_says() {
    local line
    IFS= read -r -t 30 line <&"$relay_log" && [[ $line == "$1" ]]
}

answers_are_relayed() {
    start_relay
    ask_relay
    relay_sends 'text/event-stream' && relay_sends 'data: "' && relay_sends 'data: [DONE]' &&
        relay_says served
}

relay_sends_heartbeats_and_stops_when_its_caller_leaves() {
    emulator_at 0.7
    start_relay
    ask_relay
    relay_sends ': still thinking' && relay_sends 'data: "' || return 1
    exec {relay}<&-
    relay_says stopped
}

relay_sends_heartbeats_before_the_service_answers() {
    local heard=
    start_relay
    kill -STOP "$emulator_pid"
    ask_relay
    relay_sends ': still thinking' && heard=1
    kill -CONT "$emulator_pid"
    [[ -n $heard ]] && relay_sends 'data: [DONE]' && relay_says served
}

# More callers come than it may have descriptors, leave again, and one comes whom it serves.
relay_goes_on_where_it_could_accept_nobody() {
    local callers=() caller line=
    start_relay 64
    for _ in {1..64}; do
        exec {caller}<>"/dev/tcp/127.0.0.1/$relay_port"
        callers+=("$caller")
    done
    relay_says 'sse_relay: Too many open files' || return 1
    for caller in "${callers[@]}"; do
        exec {caller}<&-
    done
    ask_relay
    relay_sends 'data: [DONE]' || return 1
    while IFS= read -r -t 30 line <&"$relay_log"; do
        [[ $line != served ]] || return 0
    done
    return 1
}

emulator_at 0
run_tests conversation_remembers styles_agree configuration_is_accepted keys_are_renewed \
    connections_are_opened_ahead_kept_and_closed unix_sockets_take_the_place_of_the_network \
    prompts_are_fanned_out numbers_of_prompts_are_checked functions_are_called images_are_files \
    calls_are_measured_and_logged busy_services_are_asked_again sessions_have_secrets \
    completions_are_kept output_has_its_structure own_code_is_tested types_hold_what_is_newer \
    one_client_serves_a_thread_pool proxy_is_used failures_of_the_way_are_explained \
    answers_are_relayed relay_sends_heartbeats_before_the_service_answers \
    relay_goes_on_where_it_could_accept_nobody answers_come_in_the_background answers_are_stopped \
    relay_sends_heartbeats_and_stops_when_its_caller_leaves
