<?php

declare(strict_types=1);

namespace App\Tests\Controller;

use App\Controller\OrderController;
use App\Entity\Order;
use App\Entity\OrderLine;
use App\Repository\OrderRepository;
use App\Service\OrderService;
use App\Tests\Support\RecordingBus;
use PHPUnit\Framework\TestCase;
use Symfony\Component\HttpFoundation\Request;

final class OrderControllerTest extends TestCase
{
    private OrderRepository $orders;
    private OrderController $controller;

    protected function setUp(): void
    {
        $this->orders = new OrderRepository();
        $this->controller = new OrderController(new OrderService($this->orders, new RecordingBus()), $this->orders);
    }

    public function testPostingAnOrderCreatesIt(): void
    {
        $request = $this->createStub(Request::class);
        $request->method('getContent')
            ->willReturn('{"customer": "ada", "lines": [{"sku": "tea", "quantity": 2, "price": 450}]}');
        $response = $this->controller->create($request);
        $data = json_decode($response->getContent(), true);

        self::assertSame(201, $response->getStatusCode());
        self::assertSame(900, $data['total']);
        self::assertSame('ada', $this->orders->find($data['id'])->customer());
    }

    public function testAnOrderIsShown(): void
    {
        $this->orders->save(new Order('o-1', 'ada', [new OrderLine('tea', 1, 450)]));
        $response = $this->controller->show('o-1');

        self::assertSame(200, $response->getStatusCode());
        self::assertJsonStringEqualsJsonString(
            '{"id": "o-1", "state": "open", "total": 450, "customer": "ada"}',
            $response->getContent(),
        );
    }

    public function testAnUnknownOrderIsNotFound(): void
    {
        self::assertSame(404, $this->controller->show('o-2')->getStatusCode());
    }
}
