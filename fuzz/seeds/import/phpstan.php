<?php declare(strict_types = 1);

$ignoreErrors = [];
$ignoreErrors[] = [
	'message' => '#^Call to an undefined method App\\\\A\\:\\:b\\(\\)\\.$#',
	'identifier' => 'method.notFound',
	'count' => 2,
	'path' => __DIR__ . '/src/A.php',
];

return ['parameters' => ['ignoreErrors' => $ignoreErrors]];
