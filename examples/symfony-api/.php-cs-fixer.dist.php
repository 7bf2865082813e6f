<?php

$finder = (new PhpCsFixer\Finder())->in(__DIR__ . '/src');

return (new PhpCsFixer\Config())
    ->setRules(['@PSR12' => true, 'ordered_imports' => true, 'no_unused_imports' => true, 'single_quote' => true])
    ->setFinder($finder);
