<?php

// What a team writes by hand in PHP: parse, make paths relative, cut to 450 characters, one line a finding.
ini_set('memory_limit', '-1');
$build = '/opt/atlassian/pipelines/agent/build/';
$report = json_decode(file_get_contents($argv[1]), true, 512, JSON_THROW_ON_ERROR);
$out = fopen('php://stdout', 'w');
foreach ($report['files'] as $path => $entry) {
    if (str_starts_with($path, $build)) {
        $path = substr($path, strlen($build));
    }
    foreach ($entry['messages'] as $message) {
        fwrite($out, json_encode([
            'path' => $path,
            'line' => $message['line'],
            'rule' => $message['identifier'] ?? $message['source'] ?? '',
            'summary' => substr($message['message'], 0, 450),
        ], JSON_THROW_ON_ERROR) . "\n");
    }
}
