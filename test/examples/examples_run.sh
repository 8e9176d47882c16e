# usage: examples_run.sh EMULATOR QUICKSTART CHAT_STREAM BACKGROUND_CANCEL RESUME
# Runs the examples against an emulator with TLS and reports as the Test Anything Protocol does.
set -euo pipefail
source scripts/common.sh
source test/examples/common.sh
emulator=$1
quickstart=$2
chat_stream=$3
background_cancel=$4
resume=$5

# At this pace an answer takes long enough to be interrupted.
start_emulator "$emulator" --tls --ca-file "$scratch/ca.pem" --api-key right --tokens-per-second 50
export HICAP_API_KEY=right HICAP_BASE_URL=$emulator_url

chat() { run "$chat_stream" --ca-file "$scratch/ca.pem" "$@"; }

answer_is_streamed_and_summed_up() {
    chat 'What is a stream?' </dev/null
    ((status == 0)) && [[ -s $scratch/out ]] &&
        writes err '^request id +req_[0-9a-z]+$' &&
        writes err '^prompt tokens +[1-9][0-9]*$' &&
        writes err '^completion tokens +[1-9][0-9]*$' &&
        writes err '^total tokens +[1-9][0-9]*$' &&
        writes err '^time to first token +[0-9.]+ s$' &&
        writes err '^tokens per second +[1-9][0-9.]*$'
}

prompt_may_come_from_standard_input() {
    chat 'What is a pipe?' </dev/null
    local by_argument
    by_argument=$(<"$scratch/out")
    chat <<<'What is a pipe?'
    ((status == 0)) && [[ -n $by_argument && $(<"$scratch/out") == "$by_argument" ]]
}

words_of_the_prompt_are_joined() {
    chat 'What is a word?' </dev/null
    local quoted
    quoted=$(<"$scratch/out")
    chat -- What is a 'word?' </dev/null
    ((status == 0)) && [[ $(<"$scratch/out") == "$quoted" ]]
}

model_is_sent() {
    chat --model model-that-does-not-exist hello </dev/null
    ((status == 1 && $(lines err) == 1)) && writes err '^chat_stream: .*model'
}

system_is_sent() {
    chat hello </dev/null
    local without
    without=$(sed -n 's/^prompt tokens *//p' "$scratch/err")
    chat --system 'Answer in one word.' hello </dev/null
    ((status == 0 && $(sed -n 's/^prompt tokens *//p' "$scratch/err") > without))
}

wrong_key_is_one_clear_line() {
    HICAP_API_KEY=wrong chat hello </dev/null
    ((status == 1 && $(lines err) == 1)) && [[ ! -s $scratch/out ]] &&
        writes err '^chat_stream: .*(key|401)'
}

missing_key_is_one_clear_line() {
    HICAP_API_KEY='' chat hello </dev/null
    ((status == 1 && $(lines err) == 1)) && writes err '^chat_stream: .*HICAP_API_KEY'
}

certificate_of_unknown_authority_is_refused() {
    run "$chat_stream" hello </dev/null
    ((status == 1 && $(lines err) == 1)) && writes err '^chat_stream: .*certificate'
}

unknown_option_is_a_usage_error() {
    chat --modle x </dev/null
    ((status == 2)) && writes err "unknown option '--modle'"
    chat --model </dev/null
    ((status == 2)) && writes err '--model needs a value'
}

interrupt_stops_the_stream() {
    local first
    mkfifo "$scratch/answer"
    "$chat_stream" --ca-file "$scratch/ca.pem" hello >"$scratch/answer" 2>"$scratch/err" &
    exec {answer}<"$scratch/answer"
    IFS= read -r -N 1 -t 30 first <&"$answer"
    kill -INT $!
    status=0
    wait $! || status=$?
    exec {answer}<&-
    [[ -n $first ]] && ((status == 130)) && writes err '^chat_stream: stopped$'
}

quickstart_answers() {
    # It takes everything from the environment; this variable is OpenSSL's own.
    run env SSL_CERT_FILE="$scratch/ca.pem" "$quickstart" </dev/null
    ((status == 0)) && writes out '^request id: req_'
}

interrupt_cancels_in_the_background() {
    local first
    rm -f "$scratch/answer"
    mkfifo "$scratch/answer"
    SSL_CERT_FILE="$scratch/ca.pem" "$background_cancel" >"$scratch/answer" 2>"$scratch/err" &
    exec {answer}<"$scratch/answer"
    IFS= read -r -N 1 -t 30 first <&"$answer"
    kill -INT $!
    status=0
    wait $! || status=$?
    exec {answer}<&-
    [[ -n $first ]] && ((status == 0)) && writes err '^resp_[0-9a-z]+ cancelled$' &&
        writes err '^saved: up to [1-9][0-9]* of 2000 tokens; kept: [1-9][0-9]* bytes of text$'
}

answer_is_resumed_by_another_client() {
    run env SSL_CERT_FILE="$scratch/ca.pem" "$resume" </dev/null
    ((status == 0)) && [[ -s $scratch/out ]] && writes err '^left resp_[0-9a-z]+ after event [1-9][0-9]*$'
}

tests=(
    answer_is_streamed_and_summed_up
    prompt_may_come_from_standard_input
    words_of_the_prompt_are_joined
    model_is_sent
    system_is_sent
    wrong_key_is_one_clear_line
    missing_key_is_one_clear_line
    certificate_of_unknown_authority_is_refused
    unknown_option_is_a_usage_error
    interrupt_stops_the_stream
    quickstart_answers
    interrupt_cancels_in_the_background
    answer_is_resumed_by_another_client
)
run_tests "${tests[@]}"
