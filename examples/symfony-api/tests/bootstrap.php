<?php

// Loads src/, tests/ and the stubs, so that the tests run without `composer install`.

declare(strict_types=1);

require __DIR__ . '/../stubs/symfony.php';

spl_autoload_register(static function (string $class): void {
    $folders = ['App\\Tests\\' => __DIR__, 'App\\' => __DIR__ . '/../src'];
    foreach ($folders as $prefix => $folder) {
        $file = $folder . '/' . strtr(substr($class, strlen($prefix)), '\\', '/') . '.php';
        if (str_starts_with($class, $prefix) && is_file($file)) {
            require $file;

            return;
        }
    }
});
